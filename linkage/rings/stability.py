"""How steady membership is: each ring found again from less evidence and another start.

A ring is looked for again many times within its own part of the graph. Each time every
identifier is lost with a fixed chance, and the ring starts from a random half of its core
[1]_. A member is found again when what is left of its evidence still beats even odds and
still connects it with the piece in which most of the start lies. Its *stability* is the
share of the times that it is found again. Identifiers are what is lost, not holdings: that
is how evidence goes in life, for an operator changes a proxy for all who use it.

.. [1] Hennig (2007), Cluster-wise assessment of cluster stability, Computational
   Statistics & Data Analysis 52.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from linkage.communities import Communities
from linkage.communities.gains import Gains
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints

N_TIMES = 10
"""How often a ring is looked for again."""

LOST = 0.2
"""Chance of each identifier to be lost."""

LEAST_STABILITY = 0.5
"""A member that is found again less often is periphery, and is not acted on."""

Names = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Rows:
    """What each identifier says of each member: one row per member and identifier."""

    member: Ints
    place: Ints
    """Number of the member and family, ``member * n_families + family``."""
    local: Ints
    """Dense number of the ring and identifier."""
    nats: Floats
    creates: Flags
    n_local: int
    name: Names
    """(n_local,) names of the identifiers that follow from who holds them."""


def stability(
    incidence: Incidence, found: Communities, gains: Gains, candidates: Flags
) -> Floats:
    """Return the share of times that each member of a candidate ring is found again.

    The chances follow from who holds what, so neither the number of threads, the order of
    rows nor the key of the hashes moves them.

    Parameters
    ----------
    incidence, found
        Who holds what, and who is in which ring.
    gains
        What it says of each member, from :func:`linkage.rings.evidence.member_gains`.
    candidates
        (n_rings,) rings to look for again.

    Returns
    -------
    Floats
        (n_members,) in [0, 1]; NaN in other rings.
    """
    share = np.full(len(found.account), np.nan)
    inside = candidates[found.ring]
    if not inside.any():
        return share
    rings = found.of_rings(candidates)
    account = np.random.default_rng(0).integers(
        0, 2**63, incidence.n_accounts, dtype=np.uint64)
    rows = _rows(incidence, rings, _inside(gains, inside), account)
    times = np.zeros(len(rings.account))
    for turn in range(N_TIMES):
        times += _found_again(rings, rows, account[rings.account], turn)
    share[inside] = times / N_TIMES
    return share


def _inside(gains: Gains, inside: Flags) -> Gains:
    """Return what is said of some members, numbered anew in the same order."""
    kept = inside[gains.cell]
    number = np.cumsum(inside) - 1
    return Gains(
        number[gains.cell[kept]], gains.identifier[kept], gains.holding[kept],
        gains.nats[kept], gains.is_own[kept],
    )


def _rows(
    incidence: Incidence, rings: Communities, gains: Gains, account: Names
) -> _Rows:
    """List what ties the members to their rings, with names for chance to go by."""
    n = incidence.n_identifiers
    known, local = np.unique(rings.ring[gains.cell] * n + gains.identifier, return_inverse=True)
    identifier = known % n
    held = incidence.held[:, identifier].tocsc()
    running = np.concatenate([[np.uint64(0)], np.cumsum(account[held.indices], dtype=np.uint64)])
    holders = running[held.indptr[1:]] - running[held.indptr[:-1]]
    kind = incidence.kind[identifier].astype(np.uint64)
    return _Rows(
        member=gains.cell,
        place=gains.cell * len(incidence.families) + incidence.family[gains.identifier],
        local=local,
        nats=gains.nats,
        creates=incidence.creates[gains.identifier],
        n_local=len(known),
        name=_mixed(holders + kind),
    )


def _mixed(name: Names) -> Names:
    """Spread 64-bit names evenly (the finaliser of SplitMix64)."""
    name = (name ^ (name >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    name = (name ^ (name >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return name ^ (name >> np.uint64(31))


def _chance(name: Names, turn: int) -> Floats:
    """One number in [0, 1) per name, another each turn."""
    step = np.uint64((turn + 1) * 0x9E3779B97F4A7C15 % 2**64)
    return (_mixed(name + step) >> np.uint64(11)).astype(float) * 2.0**-53


def _found_again(rings: Communities, rows: _Rows, names: Names, turn: int) -> Flags:
    """(n_members,) is the member found again this time?"""
    kept = (_chance(rows.name, turn) >= LOST)[rows.local]
    start = rings.is_core & (_chance(names, turn) < 0.5)
    alive = np.ones(len(rings.account), dtype=bool)
    # The second look is without those who left, and what they alone shared with one other.
    for _ in range(2):
        live = np.flatnonzero(kept & alive[rows.member])
        n_holders = np.bincount(rows.local[live], minlength=rows.n_local)
        creates = rows.creates[live]
        live = live[n_holders[rows.local[live]] >= np.where(creates, 2, 3)]
        alive &= _nats(rings, rows, live) > 0
    return alive & _in_main_piece(rings, rows, live[alive[rows.member[live]]], start)


def _nats(rings: Communities, rows: _Rows, live: Ints) -> Floats:
    """(n_members,) log odds of membership by what is left; no family is worth more than before."""
    worth = rings.by_family.ravel()
    own = rows.creates[live]
    place, nats = rows.place[live], rows.nats[live]
    left = np.bincount(place[own], weights=nats[own], minlength=len(worth)).astype(float)
    np.maximum.at(left, place[~own], nats[~own])
    by_family: Floats = np.minimum(worth, left).reshape(rings.by_family.shape)
    return np.asarray(rings.prior_nats + by_family.sum(axis=1))


def _in_main_piece(rings: Communities, rows: _Rows, live: Ints, start: Flags) -> Flags:
    """Flag members in the piece of their ring that holds most of the start."""
    n = len(rings.account)
    # Hubs join as well: members of a ring on rented exits may share little else with the rest.
    graph = sp.coo_matrix(
        (np.ones(len(live), dtype=np.int8), (rows.member[live], n + rows.local[live])),
        shape=(n + rows.n_local,) * 2,
    )
    piece = sp.csgraph.connected_components(graph, directed=False)[1][:n]
    # Of two pieces with as much of the start, the larger one.
    weight = np.bincount(piece, weights=start + 1e-6, minlength=n + rows.n_local)[piece]
    most = np.zeros(int(rings.ring.max(initial=-1)) + 1)
    np.maximum.at(most, rings.ring, weight)
    return np.asarray(weight >= most[rings.ring])
