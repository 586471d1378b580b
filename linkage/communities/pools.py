"""Many small cells on one pool of addresses are one operation.

An operator who gives each dozen of his accounts a mailbox or a card of its own, and sends
all of them through hosting addresses that nobody else uses, makes hundreds of small rings
that no second family joins. Two rings with an address in common may be two customers of one
vendor; hundreds of cells, none of them a tenth of the whole, on addresses that carry
nothing but such cells, are not.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.operations import FOR_HIRE, LEAST_PART, TIED_SHARE
from linkage.evidence.incidence import Incidence, Ints

OWN_SHARE = 0.9
"""Share of an address's holders who must be members of some ring: strangers have no pool."""

FEWEST_CELLS = 3
"""Rings that an address must serve to be of a pool: two may meet by accident."""


def join_cells(incidence: Incidence, account: Ints, ring: Ints) -> Ints:
    """Return new ring labels with the cells of one pool joined.

    Parameters
    ----------
    incidence
        Who holds what.
    account, ring
        (n_members,) each account once; rings are dense numbers from 0.
    """
    if not len(ring) or not incidence.families:
        return ring
    size = np.bincount(ring).astype(float)
    n_rings = len(size)
    hired = np.isin(np.array(incidence.families), FOR_HIRE)[incidence.family]
    held = incidence.held[account].tocoo()
    keep = (incidence.creates & hired)[held.col]
    row, address = held.row[keep].astype(np.int64), held.col[keep].astype(np.int64)
    n_members = np.bincount(address, minlength=incidence.n_identifiers)
    cell = np.unique(address * n_rings + ring[row])
    n_cells = np.bincount(cell // n_rings, minlength=incidence.n_identifiers)
    pool = (n_members >= OWN_SHARE * incidence.n_holders) & (n_cells >= FEWEST_CELLS)
    tied = np.unique(row[pool[address]])
    takes_part = np.bincount(ring[tied], minlength=n_rings) >= TIED_SHARE * size
    cell = cell[pool[cell // n_rings]]
    while True:
        used = cell[takes_part[cell % n_rings]]
        graph = sp.coo_matrix(
            (np.ones(len(used), dtype=np.int8), (used % n_rings, n_rings + used // n_rings)),
            shape=(n_rings + incidence.n_identifiers,) * 2,
        )
        component = sp.csgraph.connected_components(graph, directed=False)[1][:n_rings]
        whole = np.bincount(component, weights=np.where(takes_part, size, 0.0))[component]
        is_cell = takes_part & (size < LEAST_PART * whole)
        if (is_cell == takes_part).all():
            break
        takes_part = is_cell
    smallest = np.full(component.max() + 1, n_rings)
    np.minimum.at(smallest, component, np.arange(n_rings))
    return np.where(takes_part, smallest[component], np.arange(n_rings))[ring]
