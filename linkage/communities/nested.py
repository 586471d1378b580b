"""A ring inside a ring: cells whose members all belong to one larger ring are part of it.

An operator who deals two hundred templates to five thousand accounts, and a card to each sixty
of two thousand, makes one ring that templates hold and many that a card holds besides. An
account goes where it belongs the most, which is its cell; but where all of a cell belong to
the larger ring as well, by what is not for hire, the cell is a part and not another operation.
Unless it stands by two families of its own: so do those who use what others use.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import first_of_component
from linkage.communities.membership import CORE_NATS, Cells
from linkage.communities.operations import WHOLLY
from linkage.evidence.incidence import Flags, Floats, Ints

FEWEST = 3
"""Accounts of the smallest cell that is asked."""

FIRM = 0.5
"""Share of a cell's accounts for whom a family speaks that the cell stands by."""


def join_nested(cells: Cells, best: Ints, can_tie: Flags) -> Ints:
    """Return (n_members,) ring labels with rings joined to the larger one they are part of.

    Parameters
    ----------
    cells
        What each account is to each ring.
    best
        Position of each member's own cell, by account.
    can_tie
        (n_families,) families that tie accounts by themselves.
    """
    ring = cells.ring[best]
    if not len(best):
        return ring
    n_rings = int(cells.ring.max()) + 1
    size = np.bincount(ring, minlength=n_rings)
    home = np.full(int(cells.account.max()) + 1, -1, dtype=np.int64)
    home[cells.account[best]] = ring
    inner = home[cells.account]
    other = np.flatnonzero((inner >= 0) & (inner != cells.ring))
    other = other[size[inner[other]] < size[cells.ring[other]]]
    for_hire = np.maximum(cells.by_family[other][:, ~can_tie], 0.0).sum(axis=1)
    other = other[cells.nats[other] - for_hire > CORE_NATS]
    pair, which, n = np.unique(
        inner[other] * n_rings + cells.ring[other], return_inverse=True, return_counts=True)
    inner, outer = pair // n_rings, pair % n_rings
    speaks = cells.by_family[:, can_tie] > 1.0
    tied = _per_group(speaks[other], which, len(pair)) >= FIRM * n[:, None]
    firm = _per_group(speaks[best], ring, n_rings) >= FIRM * size[:, None]
    stands = (firm[inner] & ~tied).sum(axis=1) >= 2
    nested = (n >= WHOLLY * size[inner]) & (size[inner] >= FEWEST) & ~stands
    graph = sp.coo_matrix(
        (np.ones(nested.sum(), dtype=np.int8), (inner[nested], outer[nested])),
        shape=(n_rings, n_rings),
    )
    return first_of_component(graph)[ring]


def _per_group(flags: Flags, group: Ints, n_groups: int) -> Floats:
    """(n_groups, n_columns) flags set in each group."""
    shape = (n_groups, len(group))
    rows = sp.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=shape)
    return np.asarray(rows @ flags.astype(float))
