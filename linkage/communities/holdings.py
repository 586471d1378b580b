"""Who in which ring holds what with whom, and the pieces that this makes of a ring."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import first_of_component
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.ordering import numbered
from linkage.signals import KEPT, NEVER_ALONE

OWN_SHARE = 0.5
"""Members among the holders from which on an identifier is the ring's own."""


@dataclass(frozen=True)
class Held:
    """One row per member and identifier that it holds, of some identifiers."""

    member: Ints
    """Position of the member."""
    identifier: Ints
    column: Ints
    """Dense number of the identifier within its ring."""
    n_in_ring: Ints
    """Members that hold it."""
    own: Floats
    """How far it is the ring's own: members among its holders."""
    n_columns: int


def held(incidence: Incidence, account: Ints, ring: Ints, chosen: Flags) -> Held:
    """Return who in which ring holds the identifiers that are flagged.

    Parameters
    ----------
    incidence
        Who holds what.
    account, ring
        (n_members,) each account once.
    chosen
        (n_identifiers,)
    """
    rows = incidence.held[account].tocoo()
    keep = chosen[rows.col]
    member, identifier = rows.row[keep].astype(np.int64), rows.col[keep].astype(np.int64)
    column, n_inside = numbered(
        ring[member], identifier, int(ring.max(initial=-1)) + 1, incidence.n_identifiers)
    n_in_ring = n_inside[column]
    own = n_in_ring / np.maximum(incidence.n_holders[identifier], 1)
    return Held(member, identifier, column, n_in_ring, own, len(n_inside))


def solid(incidence: Incidence) -> Flags:
    """(n_identifiers,) may it create an edge, and is it neither a place nor a moment?"""
    flags: Flags = (
        incidence.creates & ~np.isin(incidence.families, NEVER_ALONE)[incidence.family])
    return flags


def components(ties: Held, ties_them: Flags, n_members: int) -> Ints:
    """(n_members,) first member of the component that each is in by the flagged rows."""
    size = n_members + ties.n_columns
    graph = sp.coo_matrix(
        (np.ones(ties_them.sum(), dtype=np.int8),
         (ties.member[ties_them], n_members + ties.column[ties_them])),
        shape=(size, size),
    )
    return first_of_component(graph)[:n_members]


def kept(incidence: Incidence) -> Flags:
    """(n_identifiers,) may it create an edge, and is it of a family that nobody passes on?"""
    flags: Flags = incidence.creates & np.isin(incidence.families, KEPT)[incidence.family]
    return flags


def own_pieces(incidence: Incidence, account: Ints, ring: Ints, chosen: Flags) -> Ints:
    """(n_members,) component of each member by what is its ring's own of the chosen identifiers."""
    ties = held(incidence, account, ring, chosen)
    return components(ties, ties.own >= OWN_SHARE, len(account))
