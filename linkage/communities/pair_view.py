"""The pair view: communities of accounts joined by what few others hold.

It sees what the identifier view cannot: chains whose identifiers have two or three holders
each, and direct links.
"""

import numpy as np

from linkage.communities.hierarchy import Graph, communities
from linkage.communities.leiden import Leiden
from linkage.evidence.incidence import Ints


def pair_view(n_accounts: int, pair: Ints, leiden: Leiden) -> Ints:
    """Propose rings: (n_accounts,) label of an account's community; -1 for none.

    Parameters
    ----------
    n_accounts
        Number of accounts.
    pair
        (n_pairs,) left * n_accounts + right, ascending.
    leiden
        The library that partitions.
    """
    proposed = np.full(n_accounts, -1, dtype=np.int64)
    if not len(pair):
        return proposed
    left, right = pair // n_accounts, pair % n_accounts
    account, position = np.unique(np.concatenate([left, right]), return_inverse=True)
    graph = Graph(len(account), position[: len(pair)], position[len(pair) :])
    proposed[account] = communities(graph, leiden, n_named=n_accounts)
    return proposed
