"""Candidate pairs of accounts: counted before they are built, and never more than fit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.errors import CapacityError
from linkage.evidence.incidence import Floats, Incidence, Ints

WIDEST = 50
"""Identifiers of more holders never make pairs: the identifier view carries them."""

SIZE_CLASSES = np.array([2, 3, 4, 6, 10, 20, WIDEST + 1])
"""Lower bounds of the classes of holders that share one reliability."""

HALF_LIFE_DAYS = 30.0
"""Time between two holders' sightings of one identifier after which it counts half."""


@dataclass(frozen=True)
class PairPreview:
    """What building the candidate pairs would cost, before any is built."""

    cap: int
    """Most holders an identifier may have to make pairs."""
    n_pairs: int
    """Pairs that identifiers up to the cap make, before equal pairs are joined."""
    left_out: dict[str, int]
    """Kind to the pairs that the cap leaves to the identifier view."""


@dataclass(frozen=True)
class Agreements:
    """One row per pair of accounts and identifier they share, in no order."""

    pair: Ints
    """left * n_accounts + right, left < right."""
    identifier: Ints
    decay: Floats
    """Share in (0, 1] of the evidence that the time between the sightings leaves."""


def preview_pairs(incidence: Incidence, *, max_pairs: int) -> PairPreview:
    """Choose the widest cap on holders whose pairs fit, and say what it leaves out.

    Parameters
    ----------
    incidence
        Who holds what.
    max_pairs
        Most pairs to build; at least 1.

    Raises
    ------
    CapacityError
        If not even the pairs of identifiers with two holders fit.
    """
    holders = np.where(incidence.creates, incidence.n_holders, 0)
    pairs = holders * (holders - 1) // 2
    at_width = np.bincount(np.minimum(holders, WIDEST + 1), weights=pairs, minlength=WIDEST + 2)
    running = np.cumsum(at_width[: WIDEST + 1])
    fitting = np.flatnonzero(running <= max_pairs)
    cap = int(fitting[-1])
    if cap < 2:
        raise CapacityError(
            f"{int(running[2]):,} pairs of accounts share an identifier that no one else "
            f"holds, and at most {max_pairs:,} fit",
            fix="raise max_pairs, or mark the kind that makes them with is_qualifier = true",
        )
    beyond = holders > cap
    left_out = np.bincount(
        incidence.kind[beyond], weights=pairs[beyond], minlength=len(incidence.signals)
    )
    return PairPreview(
        cap=cap,
        n_pairs=int(running[cap]),
        left_out={
            known.kind: int(mass)
            for known, mass in zip(incidence.signals, left_out, strict=True) if mass
        },
    )


def agreements(incidence: Incidence, preview: PairPreview) -> Agreements:
    """Build the candidate pairs of a preview."""
    blocks = list(_blocks(incidence, preview.cap))
    if not blocks:
        nothing = np.zeros(0, dtype=np.int64)
        return Agreements(nothing, nothing, np.zeros(0))
    pair, identifier, decay = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return Agreements(pair, identifier, decay)


def _blocks(incidence: Incidence, cap: int) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Pairs of all identifiers with equally many holders, a number of holders at a time."""
    holders = incidence.n_holders
    makes = incidence.creates & (holders >= 2) & (holders <= cap)
    at = np.flatnonzero(makes[incidence.held.indices])
    owner = np.repeat(
        np.arange(incidence.n_accounts, dtype=np.int32), np.diff(incidence.held.indptr))
    # Holdings go by account, so those of each identifier do.
    columns = sp.coo_matrix(
        (at, (incidence.held.indices[at], owner[at])), shape=incidence.held.shape[::-1]
    ).tocsr()
    account = columns.indices.astype(np.int64)
    for width in range(2, cap + 1):
        chosen = np.flatnonzero(makes & (holders == width))
        if not len(chosen):
            continue
        left, right = np.triu_indices(width, 1)
        start = columns.indptr[chosen].astype(np.int64)[:, None]
        where_left, where_right = start + left, start + right
        pair = account[where_left] * incidence.n_accounts + account[where_right]
        gap = _gap_days(incidence, columns.data[where_left], columns.data[where_right])
        yield (
            pair.ravel(),
            np.repeat(chosen, len(left)),
            np.exp2(-gap / HALF_LIFE_DAYS).ravel(),
        )


def _gap_days(incidence: Incidence, left: Ints, right: Ints) -> Floats:
    """Days between the last sight by one holder and the first by the other; 0 if they meet."""
    first, last = incidence.first_seen, incidence.last_seen
    gap = np.maximum(first[left], first[right]) - np.minimum(last[left], last[right])
    known = np.minimum(first[left], first[right]) >= 0
    return np.where(known, np.maximum(gap, 0), 0) / 86_400.0
