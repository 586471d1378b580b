"""Many small cells on one pool of addresses are one operation.

An operator who gives each dozen of his accounts a mailbox or a card of its own, and sends
all of them through hosting addresses that nobody else uses, makes hundreds of small rings
that no second family joins. Two rings with an address in common may be two customers of one
vendor; hundreds of cells, none of them a tenth of the whole, on addresses that carry
nothing but such cells, are not.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import distinct, first_of_component
from linkage.communities.operations import FEWEST, FOR_HIRE, LEAST_PART, TIED_SHARE
from linkage.evidence.incidence import Flags, Incidence, Ints

OWN_SHARE = 0.9
"""Share of an address's holders who must be of some cell: strangers have no pool."""

FEWEST_CELLS = 3
"""Rings that an address must serve to be of a pool: two may meet by accident."""


def join_cells(incidence: Incidence, account: Ints, ring: Ints, is_solid: Flags) -> Ints:
    """Return new ring labels with the cells of one pool joined.

    Parameters
    ----------
    incidence
        Who holds what.
    account, ring
        (n_members,) each account once; rings are dense numbers from 0.
    is_solid
        (n_members,) does more than place and time tie the account to its ring? Neighbours
        whom nothing else joins are no cell, and at a million accounts there are many.
    """
    if not len(ring) or not incidence.families:
        return ring
    size = np.bincount(ring).astype(float)
    n_rings = len(size)
    n_solid = np.bincount(ring, weights=is_solid, minlength=n_rings)
    takes_part = (size >= FEWEST) & (n_solid >= TIED_SHARE * size)
    hired = np.isin(np.array(incidence.families), FOR_HIRE)[incidence.family]
    held = incidence.held[account].tocoo()
    keep = (incidence.creates & hired)[held.col] & takes_part[ring[held.row]]
    row, address = held.row[keep].astype(np.int64), held.col[keep].astype(np.int64)
    n_members = np.bincount(address, minlength=incidence.n_identifiers)
    cell = distinct(address * n_rings + ring[row])
    n_cells = np.bincount(cell // n_rings, minlength=incidence.n_identifiers)
    pool = (n_members >= OWN_SHARE * incidence.n_holders) & (n_cells >= FEWEST_CELLS)
    tied = distinct(row[pool[address]])
    takes_part &= np.bincount(ring[tied], minlength=n_rings) >= TIED_SHARE * size
    cell = cell[pool[cell // n_rings]]
    while True:
        used = cell[takes_part[cell % n_rings]]
        graph = sp.coo_matrix(
            (np.ones(len(used), dtype=np.int8), (used % n_rings, n_rings + used // n_rings)),
            shape=(n_rings + incidence.n_identifiers,) * 2,
        )
        smallest = first_of_component(graph)[:n_rings]
        whole = np.bincount(smallest, weights=np.where(takes_part, size, 0.0))[smallest]
        is_cell = takes_part & (size < LEAST_PART * whole)
        if (is_cell == takes_part).all():
            break
        takes_part = is_cell
    return np.where(takes_part, smallest, np.arange(n_rings))[ring]
