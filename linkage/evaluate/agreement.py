"""How well one partition of accounts agrees with another: pairwise and B-cubed.

Both are sums over the cells of the contingency table of (ring, group), so a million
accounts take a fraction of a second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float | None
    """None when nothing was predicted."""
    recall: float | None
    """None when there was nothing to find."""
    f1: float | None
    """None when there was neither."""


def pairwise(predicted: Codes, truth: Codes) -> Agreement:
    """Agreement over unordered pairs of accounts that share a label.

    Parameters
    ----------
    predicted, truth
        One label per account, aligned; a negative label is an account on its own.

    Examples
    --------
    >>> pairwise(np.array([0, 0, 0]), np.array([5, 5, -1])).recall
    1.0
    """
    cells, rings, groups = _contingency(predicted, truth)
    both, found, there = _pairs(cells), _pairs(rings), _pairs(groups)
    return Agreement(
        precision=both / found if found else None,
        recall=both / there if there else None,
        f1=2 * both / (found + there) if found + there else None,
    )


def b_cubed(predicted: Codes, truth: Codes) -> Agreement:
    """Agreement averaged over accounts, so that a large ring does not drown small ones.

    Precision of one account is the share of its ring that is of its group, recall the
    share of its group that is in its ring; the account itself counts.

    Parameters
    ----------
    predicted, truth
        One label per account, aligned; a negative label is an account on its own.

    Examples
    --------
    >>> b_cubed(np.array([-1, -1]), np.array([5, 5])).recall
    0.5

    References
    ----------
    .. [1] Bagga & Baldwin (1998), Entity-based cross-document coreferencing using the
       vector space model, COLING-ACL.
    """
    if not len(truth):
        return Agreement(None, None, None)
    predicted, truth = _alone(predicted), _alone(truth)
    cell_ix, ring_of_cell, group_of_cell = _cells(predicted, truth)
    cells = np.bincount(cell_ix).astype(np.float64)
    rings = np.bincount(predicted).astype(np.float64)
    groups = np.bincount(truth).astype(np.float64)
    precision = float(np.sum(cells**2 / rings[ring_of_cell]) / len(truth))
    recall = float(np.sum(cells**2 / groups[group_of_cell]) / len(truth))
    return Agreement(precision, recall, 2 * precision * recall / (precision + recall))


def _alone(labels: Codes) -> Codes:
    """Give every negative label a fresh one, and make labels dense."""
    fresh = labels.astype(np.int64, copy=True)
    lone = fresh < 0
    first = int(fresh.max(initial=-1)) + 1
    fresh[lone] = first + np.arange(int(lone.sum()))
    return np.unique(fresh, return_inverse=True)[1].astype(np.int64)


def _cells(predicted: Codes, truth: Codes) -> tuple[Codes, Codes, Codes]:
    """Return each account's cell, and each cell's two labels (both dense)."""
    width = int(truth.max(initial=0)) + 1
    keys, cell_ix = np.unique(predicted * width + truth, return_inverse=True)
    return cell_ix.astype(np.int64), keys // width, keys % width


def _contingency(predicted: Codes, truth: Codes) -> tuple[Codes, Codes, Codes]:
    """Return the sizes of cells, of rings and of groups, lone accounts left out."""
    both = (predicted >= 0) & (truth >= 0)
    cell_ix, _, _ = _cells(predicted[both].astype(np.int64), truth[both].astype(np.int64))
    return (
        np.bincount(cell_ix),
        np.bincount(predicted[predicted >= 0]),
        np.bincount(truth[truth >= 0]),
    )


def _pairs(sizes: Codes) -> int:
    """Return how many unordered pairs lie within sets of these sizes."""
    return int(np.sum(sizes.astype(np.int64) * (sizes.astype(np.int64) - 1) // 2))
