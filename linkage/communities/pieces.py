"""Pieces that one sure pair joins are one operation, where neither has many such neighbours.

Density cuts a tree where its branches meet: the pieces of a chain of transfers hang together
by one pair each, too little for two communities to look like one. What tells a branch from a
chance acquaintance is who else there is: a piece of an operation leads to its few other
pieces, and whoever deals with everybody (an exchange, a vendor, a reseller) leads everywhere.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import first_of_component
from linkage.communities.operations import LEAST_PART
from linkage.evidence.incidence import Floats, Ints

SURE_BITS = 3.0
"""Posterior log odds, in bits, of a pair that may join two pieces: 8 to 1."""

MOST_NEIGHBOURS = 3
"""Other rings to which the sure pairs of a piece may lead."""


def join_pieces(n_accounts: int, account: Ints, ring: Ints, pair: Ints, bits: Floats) -> Ints:
    """Return new ring labels with the pieces of one operation joined.

    Two rings are joined when a sure pair crosses between them, the pairs that do reach a
    tenth of the smaller one, and neither has sure pairs with more than a few rings.

    Parameters
    ----------
    n_accounts
        Accounts of the run.
    account, ring
        (n_members,) each account once; rings are numbers from 0.
    pair, bits
        (n_pairs,) the strong pairs, left * n_accounts + right, and their evidence.
    """
    label = np.full(n_accounts, -1, dtype=np.int64)
    label[account] = ring
    sure = pair[bits >= SURE_BITS]
    left, right = sure // n_accounts, sure % n_accounts
    while True:
        joined = _joined(label, left, right)
        if (joined == label).all():
            return joined[account]
        label = joined


def _joined(label: Ints, left: Ints, right: Ints) -> Ints:
    """Join once; what is larger then may lead to more rings, or to fewer."""
    crosses = (label[left] >= 0) & (label[right] >= 0) & (label[left] != label[right])
    if not crosses.any():
        return label
    n_rings = int(label.max()) + 1
    size = np.bincount(label[label >= 0], minlength=n_rings)
    # Each crossing is seen from either side: the account, its ring, the ring it leads to.
    who = np.concatenate([left[crosses], right[crosses]])
    whom = np.concatenate([right[crosses], left[crosses]])
    tie = np.unique(np.column_stack([label[who], label[whom], who]), axis=0)
    side, n_tied = np.unique(tie[:, 0] * n_rings + tie[:, 1], return_counts=True)
    here, there = side // n_rings, side % n_rings
    n_neighbours = np.bincount(here, minlength=n_rings)
    few = (n_neighbours[here] <= MOST_NEIGHBOURS) & (n_neighbours[there] <= MOST_NEIGHBOURS)
    one = few & (size[here] <= size[there]) & (n_tied >= LEAST_PART * size[here])
    graph = sp.coo_matrix(
        (np.ones(one.sum(), dtype=np.int8), (here[one], there[one])), shape=(n_rings, n_rings)
    )
    return np.where(label >= 0, first_of_component(graph)[label], -1)
