"""Customers of one vendor told apart, who share nothing but what is for hire.

What nothing but addresses joins to the rest of a ring, and at least two other families hold
together, is an operation of its own: a good part of the ring, or one that shares what the
rest of it does not, or one of few parts that nothing else joins at all.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import dense, distinct
from linkage.communities.holdings import OWN_SHARE, held, kept
from linkage.communities.operations import FEWEST, FOR_HIRE, LEAST_PART, join_tied
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints

MEETS = 0.5
"""Share of the members that would hold two identifiers by chance, from which on they are joined."""

RARELY = 0.2
"""Share of the rest of a ring below which it does not share what a part of it shares."""


def split_vendors(incidence: Incidence, account: Ints, ring: Ints) -> Ints:
    """Return new ring labels with operators apart who share nothing but what is for hire."""
    part = _parts_of_large(incidence, account, ring, _not_for_hire(incidence))
    return _parted(incidence, account, ring, part, is_cut=False)


def split_pieces(incidence: Incidence, account: Ints, ring: Ints, piece: Ints) -> Ints:
    """Return new ring labels with pieces apart that nothing of their own joins at all.

    Parameters
    ----------
    piece
        (n_members,) from :func:`linkage.communities.holdings.own_pieces`.
    """
    return _parted(incidence, account, ring, dense(piece), is_cut=True)


def split_users(incidence: Incidence, account: Ints, ring: Ints) -> Ints:
    """Return new ring labels with those apart who send what others send, and share nothing else.

    A tool's prompts are sent by all who use it: a piece that two families hold together which
    nobody passes on is an operation of its own, or a firm; of a small one, one may be addresses
    that nobody else has.
    """
    ties = kept(incidence)
    part = _parts_of_large(incidence, account, ring, ties)
    inside = np.flatnonzero(part >= 0)
    part[inside] = join_tied(
        incidence, account[inside], dense(part[inside]), ring[inside], ties)
    return _parted(
        incidence, account, ring, part, is_cut=False,
        chosen=ties | (incidence.creates & ~_not_for_hire(incidence)))


def _parted(
    incidence: Incidence, account: Ints, ring: Ints, part: Ints, *, is_cut: bool,
    chosen: Flags | None = None,
) -> Ints:
    """Return new ring labels, the parts that stand alone as rings of their own.

    A part stands that two families hold together, and that is a good part of its ring or
    shares what the rest does not; or, where nothing joins the parts (``is_cut``), is one of
    few. Families of ``chosen`` identifiers count, of all that are not for hire unless told.
    """
    if chosen is None:
        chosen = _not_for_hire(incidence)
    inside = part >= 0
    if not inside.any():
        return ring
    size = np.bincount(ring)
    n_parts = int(part.max()) + 1
    part_size = np.bincount(part[inside], minlength=n_parts)
    ring_of = np.zeros(n_parts, dtype=np.int64)
    ring_of[part[inside]] = ring[inside]
    stands = (part_size >= FEWEST) & (part_size < size[ring_of])
    asked = np.flatnonzero(inside & np.isin(ring, ring_of[stands]))
    shares = _n_sharing(incidence, account[asked], part[asked], n_parts, chosen)
    firm = shares >= 0.5 * np.maximum(part_size, 1)[:, None]
    stands &= firm.sum(axis=1) >= 2
    own = firm & ~np.isin(incidence.families, FOR_HIRE)
    is_large = part_size >= LEAST_PART * size[ring_of]
    if is_cut:
        is_small = stands & ~is_large
        n_small = np.bincount(ring_of[is_small], part_size[is_small], minlength=len(size))
        stands &= is_large | (n_small < LEAST_PART * size)[ring_of]
    else:
        of_ring = np.zeros((len(size), shares.shape[1]))
        np.add.at(of_ring, ring_of, shares)
        rest = (size[ring_of] - part_size)[:, None]
        has_more = (own & (of_ring[ring_of] - shares < RARELY * rest)).any(axis=1)
        stands &= (is_large & (own.sum(axis=1) >= 2)) | has_more
    moved = inside & stands[np.maximum(part, 0)]
    return np.where(moved, len(size) + part, ring)


def _not_for_hire(incidence: Incidence) -> Flags:
    """(n_identifiers,) may it create an edge, and does no vendor rent it out?"""
    flags: Flags = incidence.creates & ~np.isin(incidence.families, FOR_HIRE)[incidence.family]
    return flags


def _n_sharing(
    incidence: Incidence, account: Ints, part: Ints, n_parts: int, chosen: Flags
) -> Floats:
    """(n_parts, n_families) accounts that share something of a family with another of the part.

    Parts of which no account is given have none.
    """
    ties = held(incidence, account, part, chosen)
    hired = np.isin(incidence.families, FOR_HIRE)[incidence.family[ties.identifier]]
    shared = (ties.n_in_ring >= 2) & (~hired | (ties.own >= OWN_SHARE))
    n_families = len(incidence.families)
    place = distinct(
        ties.member[shared] * n_families + incidence.family[ties.identifier[shared]])
    covered = np.bincount(
        part[place // n_families] * n_families + place % n_families,
        minlength=n_parts * n_families,
    )
    return covered.reshape(-1, n_families).astype(float)


def _parts_of_large(incidence: Incidence, account: Ints, ring: Ints, chosen: Flags) -> Ints:
    """(n_members,) as :func:`_parts`, of rings large enough to have a part that may stand."""
    part = np.full(len(ring), -1, dtype=np.int64)
    # No smaller ring has a part that is large enough and not the whole.
    large = np.bincount(ring)[ring] > FEWEST
    part[large] = _parts(incidence, account[large], ring[large], chosen)
    return part


def _parts(incidence: Incidence, account: Ints, ring: Ints, chosen: Flags) -> Ints:
    """(n_members,) part of its ring that an account's own identifiers put it in; -1 none.

    Two identifiers are joined when two members of the ring hold both, so that one
    accidental account bridges nothing; and of two that many hold, half as many as would if
    they were dealt to the ring at random: few of one operator's accounts have a mailbox at the
    other's domain. What more strangers than members hold joins nothing.
    """
    ties = held(incidence, account, ring, chosen)
    # What one member alone holds joins nothing.
    own = (ties.own >= OWN_SHARE) & (ties.n_in_ring >= 2)
    n_members = np.zeros(ties.n_columns, dtype=np.int64)
    n_members[ties.column] = ties.n_in_ring
    matrix = sp.csr_matrix(
        (np.ones(own.sum(), dtype=np.int32), (ties.member[own], ties.column[own])),
        shape=(len(account), ties.n_columns),
    )
    both = (matrix.T @ matrix).tocoo()
    n_in_ring = np.ones(ties.n_columns)
    n_in_ring[ties.column] = np.bincount(ring)[ring[ties.member]]
    by_chance = n_members[both.row] * n_members[both.col] / n_in_ring[both.row]
    joined = both.data >= np.maximum(2, MEETS * by_chance)
    graph = sp.coo_matrix(
        (np.ones(joined.sum(), np.int8), (both.row[joined], both.col[joined])),
        shape=both.shape,
    )
    _, component = sp.csgraph.connected_components(graph, directed=False)
    part = np.full(len(account), -1, dtype=np.int64)
    row, found = ties.member[own], component[ties.column[own]]
    pair, votes = np.unique(row * (ties.n_columns + 1) + found, return_counts=True)
    # Of two parts that speak as loud the larger, then the one with the first account: their
    # numbers follow the keyed hashes.
    size = np.bincount(found, minlength=ties.n_columns + 1)
    head = np.full(ties.n_columns + 1, len(account))
    np.minimum.at(head, found, row)
    which = pair % (ties.n_columns + 1)
    order = np.lexsort((head[which], -size[which], -votes, pair // (ties.n_columns + 1)))
    pair = pair[order]
    owner = pair // (ties.n_columns + 1)
    first = np.r_[True, owner[1:] != owner[:-1]] if len(owner) else np.zeros(0, bool)
    part[owner[first]] = pair[first] % (ties.n_columns + 1)
    return part
