"""Customers of one vendor told apart, who share nothing but what is for hire.

What nothing but addresses joins to the rest of a ring, and at least two other families hold
together, is an operation of its own: a good part of the ring, or one that shares what the
rest of it does not, or one of few parts that nothing else joins at all.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import dense, distinct
from linkage.communities.operations import FEWEST, FOR_HIRE, LEAST_PART
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints

RARELY = 0.2
"""Share of the rest of a ring below which it does not share what a part of it shares."""


def split_vendors(incidence: Incidence, account: Ints, ring: Ints) -> Ints:
    """Return new ring labels with operators apart who share nothing but what is for hire."""
    own = [at for at, name in enumerate(incidence.families) if name not in FOR_HIRE]
    part = np.full(len(ring), -1, dtype=np.int64)
    # No smaller ring has a part that is large enough and not the whole.
    large = np.bincount(ring)[ring] > FEWEST
    part[large] = _parts(incidence, account[large], ring[large], np.isin(incidence.family, own))
    return _parted(incidence, account, ring, part, own, is_cut=False)


def split_pieces(incidence: Incidence, account: Ints, ring: Ints, piece: Ints) -> Ints:
    """Return new ring labels with pieces apart that nothing of their own joins at all.

    Parameters
    ----------
    piece
        (n_members,) component of each member by what is its ring's own and not for hire.
    """
    own = [at for at, name in enumerate(incidence.families) if name not in FOR_HIRE]
    return _parted(incidence, account, ring, dense(piece), own, is_cut=True)


def _parted(
    incidence: Incidence, account: Ints, ring: Ints, part: Ints, own: list[int], *, is_cut: bool
) -> Ints:
    """Return new ring labels, the parts that stand alone as rings of their own.

    A part stands that two families hold together, and that is a good part of its ring or
    shares what the rest does not; or, where nothing joins the parts (``is_cut``), is one of
    few.
    """
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
    shares = _n_sharing(incidence, account[asked], part[asked], n_parts, own)
    firm = shares >= 0.5 * np.maximum(part_size, 1)[:, None]
    stands &= firm.sum(axis=1) >= 2
    is_large = part_size >= LEAST_PART * size[ring_of]
    if is_cut:
        is_small = stands & ~is_large
        n_small = np.bincount(ring_of[is_small], part_size[is_small], minlength=len(size))
        stands &= is_large | (n_small < LEAST_PART * size)[ring_of]
    else:
        of_ring = np.zeros((len(size), shares.shape[1]))
        np.add.at(of_ring, ring_of, shares)
        rest = (size[ring_of] - part_size)[:, None]
        stands &= is_large | (firm & (of_ring[ring_of] - shares < RARELY * rest)).any(axis=1)
    moved = inside & stands[np.maximum(part, 0)]
    return np.where(moved, len(size) + part, ring)


def _n_sharing(
    incidence: Incidence, account: Ints, part: Ints, n_parts: int, families: list[int]
) -> Floats:
    """(n_parts, n_families) accounts that share something of a family with another of the part.

    Parts of which no account is given have none.
    """
    held = incidence.held[account].tocoo()
    usable = incidence.creates & np.isin(incidence.family, families)
    keep = usable[held.col]
    row, identifier = held.row[keep].astype(np.int64), held.col[keep].astype(np.int64)
    _, which, n = np.unique(
        part[row] * incidence.n_identifiers + identifier, return_inverse=True,
        return_counts=True,
    )
    shared = n[which] >= 2
    n_families = len(incidence.families)
    place = distinct(row[shared] * n_families + incidence.family[identifier[shared]])
    covered = np.bincount(
        part[place // n_families] * n_families + place % n_families,
        minlength=n_parts * n_families,
    )
    return covered.reshape(-1, n_families).astype(float)


def _parts(incidence: Incidence, account: Ints, ring: Ints, chosen: Flags) -> Ints:
    """(n_members,) part of its ring that an account's chosen identifiers put it in; -1 none.

    Two identifiers are joined when two members of the ring hold both, so that one
    accidental account bridges nothing; what more strangers than members hold joins nothing.
    """
    usable = incidence.creates & chosen
    held = incidence.held[account].tocoo()
    keep = usable[held.col]
    column = ring[held.row[keep]] * incidence.n_identifiers + held.col[keep]
    columns, position, n_members = np.unique(column, return_inverse=True, return_counts=True)
    own = 2 * n_members >= incidence.n_holders[columns % incidence.n_identifiers]
    rows, position = held.row[keep][own[position]], position[own[position]]
    matrix = sp.csr_matrix(
        (np.ones(len(position), dtype=np.int32), (rows, position)),
        shape=(len(account), len(columns)),
    )
    both = (matrix.T @ matrix).tocoo()
    joined = both.data >= 2
    graph = sp.coo_matrix(
        (np.ones(joined.sum(), np.int8), (both.row[joined], both.col[joined])),
        shape=both.shape,
    )
    _, component = sp.csgraph.connected_components(graph, directed=False)
    entry = matrix.tocoo()
    shared = n_members[entry.col] >= 2
    part = np.full(len(account), -1, dtype=np.int64)
    row, found = entry.row[shared], component[entry.col[shared]]
    pair, votes = np.unique(row.astype(np.int64) * (len(columns) + 1) + found, return_counts=True)
    # Of two parts that speak as loud the larger, then the one with the first account: their
    # numbers follow the keyed hashes.
    size = np.bincount(found, minlength=len(columns) + 1)
    head = np.full(len(columns) + 1, len(account))
    np.minimum.at(head, found, row)
    which = pair % (len(columns) + 1)
    order = np.lexsort((head[which], -size[which], -votes, pair // (len(columns) + 1)))
    pair = pair[order]
    owner = pair // (len(columns) + 1)
    first = np.r_[True, owner[1:] != owner[:-1]] if len(owner) else np.zeros(0, bool)
    part[owner[first]] = pair[first] % (len(columns) + 1)
    return part
