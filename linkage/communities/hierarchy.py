"""Communities at every scale of a graph, and the choice of scale made by the data.

The ladder runs the constant Potts model (CPM) [1]_ from fine to coarse; each level merges
communities of the level below, so that the levels nest. Bottom-up, a community replaces
its children when that describes the graph in fewer nats: the significance of its density
[2]_ less the cost of naming its members. That cost is what keeps a tree whole: halving a
tree of n edges gains n ln 2 in density and costs n ln 2 in names.

.. [1] Traag, Van Dooren & Nesterov (2011), Narrow scope for resolution-limit-free
   community detection, Phys. Rev. E 84.
.. [2] Traag, Krings & Van Dooren (2013), Significant scales in community structure,
   Scientific Reports 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.leiden import Leiden
from linkage.evidence.incidence import Flags, Floats, Ints

STEP = 2.0
"""Ratio between the resolutions of neighbouring levels."""


@dataclass(frozen=True)
class Graph:
    """An undirected graph without loops or parallel edges."""

    n_vertices: int
    left: Ints
    right: Ints

    def components(self) -> Ints:
        """(n_vertices,) connected component of each vertex."""
        matrix = sp.coo_matrix(
            (np.ones(len(self.left), dtype=np.int8), (self.left, self.right)),
            shape=(self.n_vertices, self.n_vertices),
        )
        return sp.csgraph.connected_components(matrix, directed=False)[1].astype(np.int64)


def communities(graph: Graph, leiden: Leiden, *, n_named: int) -> Ints:
    """Partition a graph, each part at the scale that describes it best.

    Parameters
    ----------
    graph
        The graph.
    leiden
        The library that partitions.
    n_named
        Among how many things a member has to be named: accounts or identifiers of the
        whole run; at least ``graph.n_vertices``.

    Returns
    -------
    Ints
        (n_vertices,) dense labels; a vertex in no community has one of its own.
    """
    whole = graph.components()
    final, rest = _plain_components(graph, whole)
    n_pairs = n_named * (n_named - 1) / 2
    background, taken = len(graph.left) / n_pairs, graph.n_vertices
    for inside, part in _each_component(graph, whole, rest):
        levels = [*_levels(part, leiden), np.zeros(part.n_vertices, dtype=np.int64)]
        chosen = _choose(part, levels, background=background, n_named=n_named)
        final[inside] = chosen + taken
        taken += int(chosen.max()) + 1
    return _dense(final)


def _each_component(
    graph: Graph, whole: Ints, rest: Flags
) -> Iterator[tuple[Ints, Graph]]:
    """Yield the vertices of each open component and their graph, edges in order of their ends.

    Each is partitioned by itself, so that none changes because another one does.
    """
    vertices = np.flatnonzero(rest)
    vertices = vertices[np.argsort(whole[vertices], kind="stable")]
    each, first = np.unique(whole[vertices], return_index=True)
    bounds = np.append(first, len(vertices))
    position = np.full(graph.n_vertices, -1, dtype=np.int64)
    position[vertices] = np.arange(len(vertices)) - np.repeat(first, np.diff(bounds))
    edge = np.flatnonzero(rest[graph.left])
    low = np.minimum(position[graph.left[edge]], position[graph.right[edge]])
    high = np.maximum(position[graph.left[edge]], position[graph.right[edge]])
    component = whole[graph.left[edge]]
    order = np.lexsort((high, low, component))
    low, high, component = low[order], high[order], component[order]
    begins = np.searchsorted(component, np.append(each, len(whole)))
    for start, stop, begin, end in zip(
        bounds[:-1], bounds[1:], begins[:-1], begins[1:], strict=True
    ):
        yield vertices[start:stop], Graph(int(stop - start), low[begin:end], high[begin:end])


def significance(n: Floats, m: Floats, background: float) -> Floats:
    """Nats by which ``m`` edges among ``n`` vertices beat the background density.

    ``M KL(m/M || background)`` with M pairs; 0 where the density is below it.
    """
    pairs = np.maximum(n * (n - 1) / 2, 1e-9)
    density = np.clip(m / pairs, 1e-300, 1.0)
    background = float(np.clip(background, 1e-15, 1 - 1e-15))
    missing = np.maximum(pairs - m, 0.0)
    absent = missing * np.log(np.maximum(1 - density, 1e-300) / (1 - background))
    nats = m * np.log(density / background) + np.where(missing > 0, absent, 0.0)
    return np.where((m > 0) & (density > background), nats, 0.0)


def _plain_components(graph: Graph, whole: Ints) -> tuple[Ints, Flags]:
    """Settle components that are too small or too dense to have communities inside.

    Returns the labels so far and a flag for the vertices still open.
    """
    n = np.bincount(whole)
    m = np.bincount(whole[graph.left], minlength=len(n))
    plain = (n <= 4) | (m >= 0.6 * n * (n - 1) / 2)
    return whole.copy(), ~plain[whole]


def _levels(graph: Graph, leiden: Leiden) -> Iterator[Ints]:
    """Yield nested partitions, fine to coarse, until no edge is left between parts."""
    label = np.arange(graph.n_vertices)
    left, right = graph.left, graph.right
    weight: Floats = np.ones(len(left))
    size: Floats = np.ones(graph.n_vertices)
    resolution = 1.0 / STEP
    while len(left):
        part = _dense(leiden.partition(left, right, weight, size, resolution))
        resolution /= STEP
        if part.max() + 1 == len(size):
            continue
        label = part[label]
        yield label
        size = np.bincount(part, weights=size).astype(float)
        left, right, weight = _contract(part[left], part[right], weight, len(size))


def _contract(
    left: Ints, right: Ints, weight: Floats, n: int
) -> tuple[Ints, Ints, Floats]:
    """Join parallel edges and drop loops after vertices were merged."""
    between = left != right
    low = np.minimum(left[between], right[between])
    high = np.maximum(left[between], right[between])
    pair, which = np.unique(low * n + high, return_inverse=True)
    total = np.bincount(which, weights=weight[between], minlength=len(pair)).astype(float)
    return pair // n, pair % n, total


def _choose(graph: Graph, levels: list[Ints], *, background: float, n_named: int) -> Ints:
    """Keep, bottom-up, a community or its children, whichever describes more."""
    final, taken = levels[0].copy(), levels[0].max() + 1
    best, below = _gain(graph, levels[0], background, n_named), levels[0]
    for level in levels[1:]:
        gain = _gain(graph, level, background, n_named)
        parent = np.zeros(len(best), dtype=np.int64)
        parent[below] = level
        children = np.bincount(parent, weights=best, minlength=len(gain))
        whole = gain >= children
        final = np.where(whole[level], taken + level, final)
        taken += len(gain)
        best, below = np.where(whole, gain, children), level
    return final


def _gain(graph: Graph, label: Ints, background: float, n_named: int) -> Floats:
    """Nats that each community saves; 0 for single vertices."""
    n = np.bincount(label).astype(float)
    inside = label[graph.left] == label[graph.right]
    m = np.bincount(label[graph.left][inside], minlength=len(n)).astype(float)
    nats = significance(n, m, background) - n * np.log(n_named / n)
    return np.where(n > 1, nats, 0.0)


def _dense(label: Ints) -> Ints:
    """Renumber labels 0..k-1 by first appearance: a library's numbers mean nothing."""
    at = np.arange(len(label))
    first = np.empty(int(label.max(initial=-1)) + 1, dtype=np.int64)
    # Of several values for one place the last is kept: here the first appearance.
    first[label[::-1]] = at[::-1]
    return (np.cumsum(first[label] == at) - 1)[first[label]]
