"""What a ring hangs together by: its maximum-evidence tree, weakest link, bridges, sub-groups.

All of it is asked of the two-sided graph of accounts and identifiers, whose edges are the
rows of evidence. A link of the *maximum-evidence tree* is the strongest there is between
the two sides it joins: no chain between them is better than its weakest link, and the tree
holds the best chain of every two accounts [1]_.

.. [1] Hu (1961), The maximum capacity route problem, Operations Research 9.
.. [2] Tarjan (1972), Depth-first search and linear graph algorithms, SIAM J. Computing 1.
.. [3] Traag, Waltman & van Eck (2019), From Louvain to Leiden, Scientific Reports 9.
.. [4] Newman & Girvan (2004), Finding and evaluating community structure in networks,
   Physical Review E 69.
"""

import random
from dataclasses import dataclass

import igraph
import numpy as np
import scipy.sparse as sp

from linkage.communities.leiden import graph_of
from linkage.evidence.incidence import Ints
from linkage.rings.ring_graph import RingGraph

LEAST_SIDE = 0.01
"""Share of a ring that a side must hold for the link between the sides to be of interest."""

MOST_CANDIDATES = 50
"""Cut points looked at, those with the most neighbours first."""

MOST_BRIDGES = 5

SEPARATE = 0.3
"""Modularity from which sub-groups are more than the pattern of chance [4]_."""

MOST_PARTS = 12
"""Sub-groups told; the rest are counted."""


@dataclass(frozen=True)
class WeakestLink:
    """The thinnest place of the maximum-evidence tree, and what it joins."""

    account_id: str
    sentence: str
    """What the account shares across the gap."""
    bits: float
    n_accounts: int
    """Accounts on the smaller side."""


@dataclass(frozen=True)
class Bridge:
    """An account or identifier without which accounts fall off."""

    name: str
    """Account id, or what the identifier says of its holders."""
    is_account: bool
    n_cut_off: int
    """Accounts that hang by it alone."""


@dataclass(frozen=True)
class Part:
    """A sub-group: accounts that share more with each other than with the rest."""

    number: int
    """From 1, largest first; 0 is nobody's number."""
    n_accounts: int
    sentence: str
    """What most of it shares."""
    n_share: int
    """Accounts of it that do."""


@dataclass(frozen=True)
class Structure:
    """The shape of one ring."""

    n_pieces: int
    """Pieces that share no identifier at all; 1 when the ring is whole."""
    weakest: WeakestLink | None
    """None when no link joins two sides worth naming."""
    bridges: tuple[Bridge, ...]
    """By falling number of accounts cut off."""
    parts: tuple[Part, ...]
    """Largest first, at most ``MOST_PARTS``; empty when the ring has no sub-groups."""
    n_parts: int
    """Sub-groups of two or more accounts."""
    part_of: tuple[int, ...]
    """(n_accounts,) number of each member's sub-group, in the order of the graph's members;
    0 for none."""


def structure(graph: RingGraph) -> Structure:
    """Return the shape of a ring.

    Accounts and identifiers are taken in a fixed order and chance has a fixed seed: equal
    rings have equal shapes.
    """
    label, parts, n_parts = _parts(graph)
    return Structure(
        n_pieces=len(np.unique(graph.pieces(np.ones(graph.bits.nnz, dtype=bool)))),
        weakest=_weakest(graph),
        bridges=_bridges(graph),
        parts=parts,
        n_parts=n_parts,
        part_of=tuple(int(one) for one in label),
    )


def evidence_tree(graph: RingGraph) -> sp.coo_matrix:
    """Return the maximum-evidence tree as (n_accounts, n_identifiers) bits.

    A forest, when the ring is in pieces.
    """
    n = graph.n_accounts
    edge = graph.edge
    # Minimum spanning tree of the negated evidence; all entries are below 0, so none is lost.
    cost = sp.coo_matrix((-edge.data, (edge.row, n + edge.col)), shape=(_size(graph),) * 2)
    tree = sp.csgraph.minimum_spanning_tree(cost.tocsr()).tocoo()
    return sp.coo_matrix((-tree.data, (tree.row, tree.col - n)), shape=graph.bits.shape)


def _size(graph: RingGraph) -> int:
    """Vertices of the two-sided graph: accounts, then identifiers."""
    return graph.n_accounts + len(graph.identifiers)


def _weakest(graph: RingGraph) -> WeakestLink | None:
    """Find the tree's thinnest link that has enough accounts on both sides."""
    tree = evidence_tree(graph)
    n, size = graph.n_accounts, _size(graph)
    if not tree.nnz:
        return None
    both = sp.coo_matrix(
        (np.ones(2 * tree.nnz), (np.r_[tree.row, n + tree.col], np.r_[n + tree.col, tree.row])),
        shape=(size, size),
    ).tocsr()
    piece = sp.csgraph.connected_components(both, directed=False)[1]
    root = int(np.flatnonzero(piece == np.bincount(piece[:n]).argmax())[0])
    order, parent = sp.csgraph.breadth_first_order(both, root, directed=False)
    below = (np.arange(size) < n).astype(np.int64)
    for vertex in order[:0:-1]:
        below[parent[vertex]] += below[vertex]
    child = np.where(parent[tree.row] == n + tree.col, tree.row, n + tree.col)
    reached = np.isin(child, order)
    smaller = np.minimum(below[child], below[root] - below[child])
    least = max(2, int(np.ceil(LEAST_SIDE * n)))
    at = np.flatnonzero(reached & (smaller >= least))
    if not len(at):
        return None
    best = at[np.lexsort((tree.col[at], tree.row[at], -smaller[at], tree.data[at]))[0]]
    return WeakestLink(
        account_id=graph.members[tree.row[best]].account_id,
        sentence=graph.identifiers[tree.col[best]].sentence,
        bits=float(tree.data[best]),
        n_accounts=int(smaller[best]),
    )


def _bridges(graph: RingGraph) -> tuple[Bridge, ...]:
    """Find the cut points of the two-sided graph by what falls off without them [2]_."""
    n = graph.n_accounts
    edge = graph.edge
    whole = graph_of(_size(graph), edge.row, n + edge.col)
    points = np.array(whole.articulation_points(), dtype=np.int64)
    degree = np.array(whole.degree())
    found = []
    for point in points[np.lexsort((points, -degree[points]))][:MOST_CANDIDATES]:
        cut = _cut_off(graph, int(point))
        if cut < 2:
            continue
        name = (
            graph.members[point].account_id if point < n else graph.identifiers[point - n].sentence
        )
        found.append(Bridge(name, bool(point < n), cut))
    return tuple(sorted(found, key=lambda one: (-one.n_cut_off, one.name)))[:MOST_BRIDGES]


def _cut_off(graph: RingGraph, point: int) -> int:
    """Accounts that a cut point alone ties to the largest piece."""
    n = graph.n_accounts
    piece = graph.pieces((graph.edge.row != point) & (n + graph.edge.col != point))
    others = np.arange(n) != point
    return int(others.sum() - np.bincount(piece[others]).max(initial=0))


def _parts(graph: RingGraph) -> tuple[Ints, tuple[Part, ...], int]:
    """Partition the accounts by what they share, where that is more than chance [3]_."""
    n = graph.n_accounts
    none = np.zeros(n, dtype=np.int64)
    edge = graph.edge
    kept = graph.creates[edge.col]
    if not kept.any():
        return none, (), 0
    igraph.set_random_number_generator(random.Random(0))
    two_sided = graph_of(_size(graph), edge.row[kept], n + edge.col[kept])
    found = two_sided.community_leiden(
        objective_function="modularity", weights=edge.data[kept], n_iterations=4
    )
    label = np.array(found.membership, dtype=np.int64)[:n]
    names, which, count = np.unique(label, return_inverse=True, return_counts=True)
    first = np.full(len(names), n)
    np.minimum.at(first, which, np.arange(n))
    if found.modularity < SEPARATE or np.sum(count >= 2) < 2:
        return none, (), 0
    order = np.lexsort((first, -count))
    n_parts = int((count >= 2).sum())
    order = order[count[order] >= 2][:MOST_PARTS]
    number = np.zeros(len(names), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    label = number[which]
    named = tuple(_part(graph, label, at) for at in range(1, len(order) + 1))
    return label, named, n_parts


def _part(graph: RingGraph, label: Ints, number: int) -> Part:
    """Name a sub-group after what ties it together and not the rest."""
    own = label == number
    everyone = np.array([one.bits for one in graph.identifiers])
    mine = own[graph.edge.row]
    ours = np.bincount(
        graph.edge.col[mine], weights=graph.edge.data[mine], minlength=len(everyone)
    )
    # What a part has much of and the rest little: its bits, times its share of them.
    best = int((ours * ours / np.maximum(everyone, 1e-12)).argmax())
    n_share = int((own[graph.edge.row] & (graph.edge.col == best)).sum())
    return Part(number, int(own.sum()), graph.identifiers[best].sentence, n_share)
