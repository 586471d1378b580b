"""Habits: customers of one vendor told apart by the software they come with.

Two operators who come through the same exits and each pay with cards of their own are one
community, and so are the cells of one operator who does the same. Their tools differ: an
operator's accounts come with his few user agents and TLS fingerprints, in whatever mixture.
The pieces of a ring that nothing but what is for hire joins are compared two by two: were
they drawn from one mixture of such values, or from two? Each pair gives a log Bayes factor
under the Dirichlet-multinomial [1]_, its base the values of everybody and its concentration
unknown, so that cells of ordinary customers are no reason to part. Pieces are then grouped by
correlation clustering [2]_, and groups that explain their members far better than one ring
does are operations of their own.

.. [1] Minka (2000), Estimating a Dirichlet distribution.
.. [2] Bansal, Blum & Chawla (2004), Correlation clustering, Machine Learning 56.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import gammaln, logsumexp

from linkage.communities.counting import dense
from linkage.communities.leiden import signed_partition
from linkage.communities.operations import FEWEST, LEAST_PART, SIGNIFICANT
from linkage.evidence.incidence import Floats, Incidence, Ints

TOOLS = ("device",)
"""Families whose common values are the software that accounts come with."""

CONCENTRATIONS = (1.0, 10.0, 100.0, 1_000.0)
"""How near an operator's mixture is to everybody's: from a tool of his own to no habit."""

MOST_PIECES = 150
"""Pieces of a ring that are compared two by two; smaller ones join the group they fit best."""

HELD_TOGETHER = 0.5
"""Share of a ring's accounts in pieces of two and more, without which it is a crowd."""


@dataclass(frozen=True)
class _Ring:
    """The pieces of a ring and the common values that their accounts hold."""

    piece: Ints
    """(n_rows,) number of each member's piece, the largest first."""
    counts: tuple[Floats, ...]
    """Per kind: (n_pieces, n_values) accounts of the piece that hold the value."""
    base: tuple[Floats, ...]
    """Per kind: (n_values,) share of each value among everybody's."""


def split_habits(incidence: Incidence, account: Ints, ring: Ints, piece: Ints) -> Ints:
    """Return new ring labels with operators apart who share what is for hire and no tools.

    Parameters
    ----------
    incidence
        Who holds what.
    account, ring
        (n_members,) each account once; rings are dense numbers from 0.
    piece
        (n_members,) from :func:`linkage.communities.holdings.own_pieces`.
    """
    is_tool = np.array([
        known.family in TOOLS and known.is_qualifier for known in incidence.signals
    ] or [False])
    if not len(ring) or not is_tool.any():
        return ring
    parted = _in_pieces(ring, piece)
    if not parted:
        return ring
    tools = np.flatnonzero(is_tool[incidence.kind])
    held = incidence.held[account[np.concatenate(parted)]][:, tools]
    label, n_rings, start = ring.copy(), int(ring.max()) + 1, 0
    for rows in parted:
        mine = held[start : start + len(rows)]
        start += len(rows)
        group = _groups(_counted(incidence, piece[rows], mine, tools))
        moved = group > 0
        label[rows[moved]] = n_rings + group[moved] - 1
        n_rings += int(group.max())
    return label


def _in_pieces(ring: Ints, piece: Ints) -> list[Ints]:
    """List the members, in pieces of two and more, of the rings that fall into several."""
    size = np.bincount(ring)
    n_piece = np.bincount(piece, minlength=len(piece))
    inside = np.flatnonzero(n_piece[piece] >= 2)
    n_inside = np.bincount(ring[inside], minlength=len(size))
    largest = np.zeros(len(size), dtype=np.int64)
    np.maximum.at(largest, ring, n_piece[piece])
    asked = (
        (n_inside >= HELD_TOGETHER * size)
        & (n_inside - largest >= np.maximum(FEWEST, LEAST_PART * size))
    )
    rows = inside[asked[ring[inside]]]
    rows = rows[np.argsort(ring[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(ring[rows])) + 1) if len(rows) else []


def _counted(incidence: Incidence, piece: Ints, held: sp.csr_matrix, tools: Ints) -> _Ring:
    """Count who of a ring's pieces comes with what; ``held`` has a row per member."""
    names, which, n = np.unique(piece, return_inverse=True, return_counts=True)
    place = np.empty(len(names), dtype=np.int64)
    place[np.argsort(-n, kind="stable")] = np.arange(len(names))
    which, entry = place[which], held.tocoo()
    values, value = np.unique(entry.col, return_inverse=True)
    all_counts = np.zeros((len(names), len(values)))
    np.add.at(all_counts, (which[entry.row], value), 1.0)
    kind, holders = incidence.kind[tools], incidence.n_holders[tools]
    counts, base = [], []
    for one in np.unique(kind[values]):
        mine = kind[values] == one
        counts.append(all_counts[:, mine])
        base.append(holders[values[mine]] / holders[kind == one].sum())
    return _Ring(which, tuple(counts), tuple(base))


def _groups(ring: _Ring) -> Ints:
    """(n_rows,) group of each row, 0 the largest; all 0 where one explains them."""
    size = np.bincount(ring.piece)
    n_compared = min(len(size), MOST_PIECES)
    if not ring.counts:
        return np.zeros(len(ring.piece), dtype=np.int64)
    group = _with_rest(ring, signed_partition(n_compared, *_bayes_factors(ring, n_compared)))
    while True:
        n = np.bincount(group, weights=size)
        largest = int(n.argmax())
        apart = _nats_apart(ring, group)
        stands = (n >= FEWEST) & (apart > SIGNIFICANT + np.log(len(size)))
        # Where every cell has tools of its own they tell of no operator.
        is_small = n < LEAST_PART * size.sum()
        stands &= ~is_small | (n[is_small].sum() < LEAST_PART * size.sum())
        stands[largest] = True
        if stands.all():
            break
        group = dense(np.where(stands[group], group, largest))
    place = np.empty(len(n), dtype=np.int64)
    place[np.argsort(-n, kind="stable")] = np.arange(len(n))
    return place[group][ring.piece]


def _with_rest(ring: _Ring, group: Ints) -> Ints:
    """(n_pieces,) groups, pieces without one in that whose mixture explains them best."""
    n_rest, n_groups = len(ring.counts[0]) - len(group), int(group.max()) + 1
    gains = np.zeros((n_rest, n_groups))
    for counts, base in zip(ring.counts, ring.base, strict=True):
        known = _summed(counts[: len(group)], group, n_groups)
        for at in range(n_groups):
            gains[:, at] += _evidence(known[at] + counts[len(group) :], base)
        gains -= _evidence(known, base)
    return np.concatenate([group, gains.argmax(axis=1)]) if n_rest else group


def _nats_apart(ring: _Ring, group: Ints) -> Floats:
    """(n_groups,) nats by which each group is better told apart from all others."""
    n_groups = int(group.max()) + 1
    nats = np.zeros(n_groups)
    for counts, base in zip(ring.counts, ring.base, strict=True):
        mine = _summed(counts, group, n_groups)
        whole = mine.sum(axis=0)
        nats += _evidence(mine, base) + _evidence(whole - mine, base)
        nats -= _evidence(whole[None, :], base)
    # One value's kind may follow from another's: their mean counts.
    return nats / len(ring.counts)


def _bayes_factors(ring: _Ring, n_pieces: int) -> tuple[Ints, Ints, Floats]:
    """Return all pairs of the first pieces and the nats by which one mixture beats two."""
    left, right = np.triu_indices(n_pieces, 1)
    nats = np.zeros(len(left))
    for all_counts, base in zip(ring.counts, ring.base, strict=True):
        counts = all_counts[:n_pieces]
        alone = _evidence(counts, base)
        nats += _evidence_of_pairs(counts, base)[left, right] - alone[left] - alone[right]
    return left, right, nats / len(ring.counts)


def _evidence(counts: Floats, base: Floats) -> Floats:
    """(n_groups,) log marginal likelihood of each group's values, whatever the concentration."""
    per = [
        (gammaln(counts + a * base) - gammaln(a * base)).sum(axis=1)
        + gammaln(a) - gammaln(counts.sum(axis=1) + a)
        for a in CONCENTRATIONS
    ]
    return np.asarray(logsumexp(per, axis=0) - np.log(len(per)))


def _evidence_of_pairs(counts: Floats, base: Floats) -> Floats:
    """(n_pieces, n_pieces) as :func:`_evidence`, of every two pieces together."""
    total = counts.sum(axis=1)
    both_total = total[:, None] + total[None, :]
    per = []
    for a in CONCENTRATIONS:
        gain = gammaln(counts + a * base) - gammaln(a * base)
        own = gain.sum(axis=1)
        both = own[:, None] + own[None, :]
        for value in range(len(base)):
            at = np.flatnonzero(counts[:, value])
            n = counts[at, value]
            prior = a * base[value]
            both[np.ix_(at, at)] += (
                gammaln(n[:, None] + n[None, :] + prior) - gammaln(prior)
                - gain[at, value][:, None] - gain[at, value][None, :]
            )
        per.append(both + gammaln(a) - gammaln(both_total + a))
    return np.asarray(logsumexp(per, axis=0) - np.log(len(per)))


def _summed(counts: Floats, group: Ints, n_groups: int) -> Floats:
    """(n_groups, n_values) counts of the pieces of each group."""
    found = np.zeros((n_groups, counts.shape[1]))
    np.add.at(found, group, counts)
    return found
