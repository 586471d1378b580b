"""Counting over sorted groups and sparse matrices, and the odds that counts give."""

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from linkage.evidence.incidence import Flags, Floats, Ints

WIDE = 64
"""Rows of a group from which it is looked through by itself."""


def distinct(key: Ints) -> Ints:
    """Distinct keys, ascending.

    ``np.unique`` hashes whole numbers first, which took twenty times as long as to sort them.
    """
    found = np.sort(key)
    first = np.ones(len(found), dtype=bool)
    first[1:] = found[1:] != found[:-1]
    return found[first]


def dense(label: Ints) -> Ints:
    """Renumber labels, at least 0, as 0..k-1 in their own order."""
    used = np.zeros(int(label.max(initial=-1)) + 1, dtype=bool)
    used[label] = True
    return (np.cumsum(used) - 1)[label]


def running(flag: Flags, group: Ints) -> Floats:
    """Flags so far within each group; rows of a group stand together."""
    total = np.cumsum(flag)
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    before: Ints = (total - flag)[first]
    return (total - np.repeat(before, np.diff(np.r_[first, len(group)]))).astype(float)


def highest_from_end(value: Floats, group: Ints) -> Floats:
    """Highest value from each row to the end of its group; rows of a group stand together."""
    highest = value.copy()
    bounds = np.flatnonzero(np.r_[True, group[1:] != group[:-1], True])
    size = np.diff(bounds)
    for at in np.flatnonzero(size > WIDE):
        own = slice(bounds[at], bounds[at + 1])
        highest[own] = np.maximum.accumulate(value[own][::-1])[::-1]
    # The many small groups all at once: each step looks twice as far ahead.
    narrow = np.flatnonzero(np.repeat(size <= WIDE, size))
    n_after = np.repeat(bounds[1:], size)[narrow] - narrow - 1
    ahead = 1
    while len(narrow):
        narrow, n_after = narrow[n_after >= ahead], n_after[n_after >= ahead]
        highest[narrow] = np.maximum(highest[narrow], highest[narrow + ahead])
        ahead *= 2
    return highest


def last_of_ties(group: Ints, score: Floats) -> Ints:
    """Index of the last row with the same group and score."""
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    differs = (group[1:] != group[:-1]) | (score[1:] != score[:-1])
    ends = np.flatnonzero(np.r_[differs, True])
    return np.repeat(ends, np.diff(np.r_[-1, ends]))


def first_of_component(graph: sp.coo_matrix) -> Ints:
    """(n_nodes,) smallest node of the connected component of each node."""
    n_components, component = sp.csgraph.connected_components(graph, directed=False)
    first = np.empty(n_components, dtype=np.int64)
    # Of several values for one place the last is kept: here the smallest node.
    first[component[::-1]] = np.arange(len(component))[::-1]
    return first[component]


def share_inside(inside: Floats, others: Floats, prior: Floats, strangers: Floats) -> Floats:
    """P(member) among an identifier's other holders, shrunk to the prior by strangers."""
    share = (inside + strangers * prior) / (np.maximum(others, inside) + strangers)
    return np.clip(share, 1e-9, 1 - 1e-6)


def logit(p: Floats) -> Floats:
    """Natural log odds."""
    return np.log(p / (1 - p))


def expand(starts: npt.NDArray[np.integer[Any]], account: Ints) -> tuple[Ints, Ints]:
    """List the holdings of accounts: (position in ``account``, position in the matrix)."""
    length = np.diff(starts)[account].astype(np.int64)
    which = np.repeat(np.arange(len(account)), length)
    start = starts[account].astype(np.int64) - (np.cumsum(length) - length)
    return which, np.repeat(start, length) + np.arange(len(which))


def lookup(
    matrix: sp.csr_matrix, row: npt.NDArray[np.integer[Any]], column: npt.NDArray[np.integer[Any]]
) -> Ints:
    """Entries of a sorted sparse matrix at many places; 0 where there is none."""
    if not len(row):
        return np.zeros(0, dtype=matrix.dtype)
    return np.asarray(matrix[row, column]).ravel()
