"""How a ring hangs together: who holds what with whom, and its parts without places."""

from collections.abc import Mapping

import numpy as np

from linkage.communities import Communities
from linkage.communities.holdings import OWN_SHARE, Held, components, held, solid
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.signals import KEPT

LEAST_SHARE = 0.1
"""Members among the holders below which an address is a crowd's."""


def all_ties(incidence: Incidence, found: Communities) -> Held:
    """Who in which ring holds what may create an edge: what the functions here look through."""
    return held(incidence, found.account, found.ring, incidence.creates)


def parts(incidence: Incidence, found: Communities, ties: Held) -> Ints:
    """(n_members,) number of the part that each member is in, never that of another ring.

    Parts hang together without places and times, by identifiers of which members are at
    least half the holders. Of prompts and codes, which are passed on, the commonest of each
    family does not count: what many events give out joins all of them.

    Parameters
    ----------
    ties
        From :func:`all_ties`.
    """
    own = solid(incidence)[ties.identifier] & (ties.own >= OWN_SHARE)
    for at, family in enumerate(incidence.families):
        if family not in KEPT:
            own &= ~_commonest(found, ties, incidence.family == at)
    return components(ties, own, len(found.account))


def kept_parts(incidence: Incidence, found: Communities, ties: Held) -> Ints:
    """(n_members,) as :func:`parts`, by what nobody passes on, and by addresses of their own.

    Prompts and codes join nothing here: two firms that send one text are two firms.
    """
    name = np.array(incidence.families, dtype=object)
    joins = np.isin(name, (*KEPT, "network"))[incidence.family[ties.identifier]]
    return components(ties, joins & (ties.own >= OWN_SHARE), len(found.account))


def sharing(incidence: Incidence, found: Communities, ties: Held) -> Flags:
    """(n_members, n_families) does the member share with another what is mostly the ring's?

    What may only corroborate does not count.
    """
    own = (ties.n_in_ring >= 2) & (ties.own >= OWN_SHARE)
    flags = np.zeros((len(found.account), len(incidence.families)), dtype=bool)
    flags[ties.member[own], incidence.family[ties.identifier[own]]] = True
    return flags


def _commonest(found: Communities, ties: Held, chosen: Flags) -> Flags:
    """Flag the rows of the chosen identifier that most members of each ring hold."""
    n_rings = int(found.ring.max(initial=-1)) + 1
    rows = np.flatnonzero(chosen[ties.identifier])
    ring = found.ring[ties.member[rows]]
    most = np.zeros(n_rings, dtype=np.int64)
    np.maximum.at(most, ring, ties.n_in_ring[rows])
    at_most = rows[ties.n_in_ring[rows] == most[ring]]
    # Of equals any will do that does not follow the keyed hashes: the one of the first member.
    at_most = at_most[np.argsort(ties.member[at_most], kind="stable")]
    _, first = np.unique(found.ring[ties.member[at_most]], return_index=True)
    return np.isin(ties.column, ties.column[at_most[first]])


def largest_part(found: Communities, part: Ints, n_rings: int) -> Floats:
    """(n_rings,) share of each ring's members that are in its largest part."""
    size = int(part.max(initial=0)) + 1
    pair, n_part = np.unique(found.ring * size + part, return_counts=True)
    largest = np.zeros(n_rings)
    np.maximum.at(largest, pair // size, n_part)
    return largest / np.maximum(np.bincount(found.ring, minlength=n_rings), 1)


def addresses_each(incidence: Incidence, found: Communities, n_rings: int) -> Floats:
    """(n_rings,) mean addresses that a member shares with another, those of crowds aside.

    A seat in an office has one; whoever comes through addresses in turn has several.
    """
    qualifies = np.array([one.is_qualifier for one in incidence.signals] or [True])
    network = np.isin(incidence.families, ("network",))[incidence.family]
    chosen = network & ~qualifies[incidence.kind]
    rows = held(incidence, found.account, found.ring, chosen)
    shared = (rows.n_in_ring >= 2) & (rows.own >= LEAST_SHARE)
    n_shared = np.bincount(found.ring[rows.member[shared]], minlength=n_rings)
    return n_shared / np.maximum(np.bincount(found.ring, minlength=n_rings), 1)


def lead_private_lives(incidence: Incidence, n_held: Mapping[str, Ints]) -> Flags:
    """(n_accounts,) has the account a device and an address that nobody else has?

    Parameters
    ----------
    incidence
        What accounts hold with others.
    n_held
        For each of the families ``device`` and ``network``: (n_accounts,) identifiers of it
        that the account holds at all, qualifiers aside.
    """
    qualifies = np.array([one.is_qualifier for one in incidence.signals] or [True])
    private = np.ones(incidence.n_accounts, dtype=bool)
    for name, held_at_all in n_held.items():
        chosen = np.isin(incidence.families, (name,))[incidence.family]
        chosen = chosen & ~qualifies[incidence.kind]
        private &= held_at_all > incidence.held @ chosen.astype(np.int32)
    return private


def commonest_share(
    incidence: Incidence, found: Communities, family: str, n_rings: int
) -> Floats:
    """(n_rings,) share of each ring's members that hold its commonest identifier of a family."""
    if family not in incidence.families:
        return np.zeros(n_rings)
    chosen = incidence.family == incidence.families.index(family)
    rows = incidence.held[found.account].tocoo()
    keep = chosen[rows.col]
    n = incidence.n_identifiers
    place, count = np.unique(
        found.ring[rows.row[keep]] * n + rows.col[keep], return_counts=True)
    most = np.zeros(n_rings)
    np.maximum.at(most, place // n, count)
    return most / np.maximum(np.bincount(found.ring, minlength=n_rings), 1)
