"""Rings as operations: fragments of one operation are joined.

A long chain is many communities to any measure of density, and two operators who rent from
one proxy vendor are one. What tells operations apart is which kinds of evidence cross:

* Two rings are one operation when at least two families of evidence, one of them not for
  hire, cross between them more often than chance allows; or when one family that is not for
  hire ties a good share of either to the other, or nearly all of the smaller one.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import distinct, expand, first_of_component
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.evidence.pairs import WIDEST
from linkage.ordering import order_of
from linkage.signals import KEPT

FOR_HIRE = ("network",)
"""Families that strangers rent from one vendor."""

SIGNIFICANT = 12.0
"""Least nats by which a crossing must beat chance; more where more pairs of rings are compared."""

CROSSES = 3.0
"""Nats by which one family's crossing must beat chance to be counted."""

TIED_SHARE = 0.5
"""Share of either ring's accounts that one family must tie to the other."""

WHOLLY = 0.75
"""Share of the smaller ring, of three accounts or more, that two identifiers of one family may
tie to a larger one: cells that share a card are one ring when their devices cross."""

LEAST_TIED = 0.1
"""Share of the smaller ring that crossings in two families must tie to the other, where all of
them are for hire or passed on: of two large groups there are always some who know each other."""

MOSTLY = 0.75
"""Members among the holders of an identifier that may tie two parts by itself."""

LEAST_PART = 0.10
"""Smallest part of a ring that may be an operation of its own, in shares of the ring."""

FEWEST = 5
"""Smallest part of a ring that may be an operation of its own, in accounts."""


def join_fragments(
    incidence: Incidence, account: Ints, ring: Ints, tells: Flags | None = None
) -> Ints:
    """Return new ring labels with fragments of one operation joined.

    Parameters
    ----------
    incidence
        Who holds what.
    account, ring
        (n_members,) each account once.
    tells
        (n_identifiers,) may a crossing of this identifier say anything? All may, unless told.
    """
    if not len(ring) or not incidence.families:
        return ring
    rare = incidence.creates & (incidence.n_holders <= WIDEST)
    if tells is not None:
        rare &= tells
    holdings = _holdings(incidence, account, rare)
    while True:
        # One identifier in common joins no rings.
        crossing = _crossings(incidence, *holdings, ring, fewest=2)
        joined = _joined(incidence, rare, crossing, ring)
        if (joined == ring).all():
            return ring
        ring = joined


def join_tied(
    incidence: Incidence, account: Ints, part: Ints, ring: Ints, chosen: Flags
) -> Ints:
    """Return labels with those parts of a ring joined of which a good share of the smaller is tied.

    A mailbox or two in common, as among any hundred strangers, makes one operation of no two.

    Parameters
    ----------
    account, part, ring
        (n_members,) each account once; a part is of one ring.
    chosen
        (n_identifiers,) what ties.
    """
    n_inside = np.bincount(incidence.held[account].indices, minlength=incidence.n_identifiers)
    holdings = _holdings(
        incidence, account, chosen & (n_inside >= MOSTLY * incidence.n_holders))
    while len(part):
        crossing = _crossings(incidence, *holdings, part, fewest=1)
        size = np.bincount(part).astype(float)
        ring_of = np.zeros(len(size), dtype=np.int64)
        ring_of[part] = ring
        one = (_smaller(crossing, size) >= LEAST_TIED) & (
            ring_of[crossing.low] == ring_of[crossing.high])
        joined = _connected(crossing, one, len(size))[part]
        if (joined == part).all():
            break
        part = joined
    return part


@dataclass(frozen=True)
class _Crossings:
    """Pairs of rings with identifiers in common, by family."""

    low: Ints
    high: Ints
    by_family: Floats
    """(n_pairs, n_families) identifiers that both hold."""
    n_low: Ints
    """Accounts of the lower ring that hold one of them."""
    n_high: Ints


def _holdings(incidence: Incidence, account: Ints, rare: Flags) -> tuple[Ints, Ints]:
    """List who holds rare identifiers: (identifier, position in ``account``), by identifier."""
    held = incidence.held[account].tocoo()
    keep = rare[held.col]
    identifier, holder = held.col[keep].astype(np.int64), held.row[keep].astype(np.int64)
    order = order_of(identifier, incidence.n_identifiers)
    return identifier[order], holder[order]


def _crossings(
    incidence: Incidence, identifier: Ints, holder: Ints, ring: Ints, *, fewest: int
) -> _Crossings:
    """List the pairs of rings that a few identifiers or more cross between."""
    n_rings = int(ring.max(initial=0)) + 1
    n_families = len(incidence.families)
    crosses = _in_several(identifier, ring[holder])
    identifier, holder = identifier[crosses], holder[crosses]
    order = np.argsort(identifier * n_rings + ring[holder], kind="stable")
    identifier, holder = identifier[order], holder[order]
    cell = identifier * n_rings + ring[holder]
    first = np.r_[True, cell[1:] != cell[:-1]] if len(cell) else np.zeros(0, bool)
    cells = cell[first]
    left, right = _pairs_within(cells // n_rings)
    key = cells[left] % n_rings * n_rings + cells[right] % n_rings
    pair, which, n_common = np.unique(key, return_inverse=True, return_counts=True)
    enough = n_common >= fewest
    some = enough[which]
    left, right = left[some], right[some]
    pair, which = pair[enough], (np.cumsum(enough) - 1)[which[some]]
    family = incidence.family[cells[left] // n_rings]
    by_family = np.bincount(which * n_families + family, minlength=len(pair) * n_families)
    starts: Ints = np.append(np.flatnonzero(first), len(cell)).astype(np.int64)
    return _Crossings(
        low=pair // n_rings,
        high=pair % n_rings,
        by_family=by_family.reshape(-1, n_families).astype(float),
        n_low=_n_distinct(which, left, starts, holder, len(pair)),
        n_high=_n_distinct(which, right, starts, holder, len(pair)),
    )


def _in_several(identifier: Ints, ring: Ints) -> Flags:
    """Flag the holdings of identifiers that several rings hold; ``identifier`` is sorted."""
    differs = (identifier[1:] == identifier[:-1]) & (ring[1:] != ring[:-1])
    first = np.r_[True, identifier[1:] != identifier[:-1]] if len(identifier) else differs
    which = np.cumsum(first) - 1
    several = np.zeros(int(first.sum()), dtype=bool)
    several[which[1:][differs]] = True
    flags: Flags = several[which]
    return flags


def _pairs_within(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of positions with the same group; ``group`` is sorted."""
    size = np.bincount(np.unique(group, return_inverse=True)[1]) if len(group) else group
    start = np.cumsum(size) - size
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for width in np.unique(size[size > 1]):
        left, right = np.triu_indices(width, 1)
        at = start[size == width][:, None]
        lefts.append((at + left).ravel())
        rights.append((at + right).ravel())
    return np.concatenate(lefts), np.concatenate(rights)


def _n_distinct(which: Ints, cell: Ints, starts: Ints, holder: Ints, n: int) -> Ints:
    """(n,) distinct accounts over the cells of each pair."""
    if not len(cell):
        return np.zeros(n, dtype=np.int64)
    row, at = expand(starts, cell)
    bound = int(holder.max()) + 1
    unique = distinct(which[row] * bound + holder[at])
    return np.bincount(unique // bound, minlength=n)


def _joined(incidence: Incidence, rare: Flags, crossing: _Crossings, ring: Ints) -> Ints:
    """Merge the rings whose crossings are those of one operation."""
    n = incidence.n_accounts
    holders = incidence.n_holders.astype(float)
    mass = np.bincount(
        incidence.family[rare],
        weights=(holders * (holders - 1))[rare] / (float(n) * n),
        minlength=len(incidence.families),
    )
    size = np.bincount(ring).astype(float)
    expected = (size[crossing.low] * size[crossing.high])[:, None] * np.maximum(mass, 1e-12)
    observed = crossing.by_family
    with np.errstate(divide="ignore", invalid="ignore"):
        nats = observed * np.log(observed / expected) - (observed - expected)
    nats = np.where(observed > expected, nats, 0.0)
    hired = np.isin(incidence.families, FOR_HIRE)
    by_kept = nats[:, np.isin(incidence.families, KEPT)].max(axis=1, initial=0) > CROSSES
    needed = max(SIGNIFICANT, np.log(max(len(size) * (len(size) - 1) / 2, 1)))
    some = (nats.sum(axis=1) > needed) & (observed.sum(axis=1) >= 3)
    smaller = _smaller(crossing, size)
    by_two = (
        ((nats > CROSSES).sum(axis=1) >= 2)
        & (nats[:, ~hired].max(axis=1, initial=0) > CROSSES)
        & (np.minimum(crossing.n_low, crossing.n_high) >= 2)
        & ((smaller >= LEAST_TIED) | by_kept)
    )
    tied = np.minimum(crossing.n_low / size[crossing.low], crossing.n_high / size[crossing.high])
    by_one = (
        (np.where(nats > SIGNIFICANT, observed, 0.0)[:, ~hired].max(axis=1, initial=0) >= 3)
        & (tied >= TIED_SHARE)
        & (np.minimum(size[crossing.low], size[crossing.high]) >= FEWEST)
    )
    wholly = (
        (np.where(nats > SIGNIFICANT, observed, 0.0)[:, ~hired].max(axis=1, initial=0) >= 2)
        & (smaller >= WHOLLY)
        & (np.minimum(size[crossing.low], size[crossing.high]) >= 3)
    )
    one = some & (by_two | by_one) | wholly
    passed_on = np.flatnonzero(one & ~by_kept)
    one[passed_on] = False
    one[passed_on[_first_choice(crossing, size, nats.sum(axis=1), passed_on)]] = True
    return _connected(crossing, one, len(size))[ring]


def _connected(crossing: _Crossings, one: Flags, n_rings: int) -> Ints:
    """(n_rings,) first ring of those that the flagged pairs connect each to."""
    graph = sp.coo_matrix(
        (np.ones(one.sum(), dtype=np.int8), (crossing.low[one], crossing.high[one])),
        shape=(n_rings, n_rings),
    )
    return first_of_component(graph)


def _smaller(crossing: _Crossings, size: Floats) -> Floats:
    """(n_pairs,) share of the smaller ring that is tied to the other."""
    return np.where(
        size[crossing.low] <= size[crossing.high],
        crossing.n_low / size[crossing.low], crossing.n_high / size[crossing.high],
    )


def _first_choice(crossing: _Crossings, size: Floats, nats: Floats, asked: Ints) -> Ints:
    """Positions in ``asked`` of the pair that speaks loudest for each smaller ring.

    A small ring that knows two large ones by what is passed on makes no ring of them.
    """
    low, high = crossing.low[asked], crossing.high[asked]
    low_is_smaller = size[low] <= size[high]
    smaller, larger = np.where(low_is_smaller, low, high), np.where(low_is_smaller, high, low)
    order = np.lexsort((-size[larger], -nats[asked].round(6), smaller))
    _, first = np.unique(smaller[order], return_index=True)
    return order[first]
