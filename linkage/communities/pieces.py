"""Pieces that a direct relation joins are one operation, where neither has many neighbours.

Density cuts a tree where its branches meet: the pieces of a chain of transfers hang together
by one relation each, too little for two communities to look like one. What tells a branch from
a chance acquaintance is who else there is: a piece of an operation leads to its few other
pieces, and whoever deals with everybody (an exchange, a vendor, a reseller) leads everywhere.
Identifiers join nothing here, however rare: who meets at one conference shares a device or two.
"""

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import first_of_component
from linkage.communities.operations import LEAST_PART
from linkage.evidence.incidence import Floats, Incidence, Ints

MOST_NEIGHBOURS = 3
"""Other rings to which the relations of a piece may lead."""


def related(incidence: Incidence, pair: Ints, bits: Floats) -> Ints:
    """Return the pairs that a direct relation ties, likelier than not of one operator.

    Parameters
    ----------
    incidence
        Who holds what.
    pair, bits
        (n_pairs,) the strong pairs, left * n_accounts + right, and their posterior log odds.
    """
    held = incidence.held.tocoo()
    other = incidence.centre[held.col]
    one, other = held.row[other >= 0].astype(np.int64), other[other >= 0]
    direct = np.minimum(one, other) * incidence.n_accounts + np.maximum(one, other)
    likely: Ints = pair[(bits > 0) & np.isin(pair, direct)]
    return likely


def join_pieces(n_accounts: int, account: Ints, ring: Ints, pair: Ints) -> Ints:
    """Return new ring labels with the pieces of one operation joined.

    Two rings are joined when a pair crosses between them, the pairs that do reach a tenth of
    the smaller one, and neither has pairs with more than a few rings.

    Parameters
    ----------
    n_accounts
        Accounts of the run.
    account, ring
        (n_members,) each account once; rings are numbers from 0.
    pair
        (n_pairs,) from :func:`related`.
    """
    label = np.full(n_accounts, -1, dtype=np.int64)
    label[account] = ring
    left, right = pair // n_accounts, pair % n_accounts
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
