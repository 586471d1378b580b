"""The Leiden algorithm behind one interface: igraph's C core, or leidenalg."""

import random
from dataclasses import dataclass
from typing import Protocol

import igraph
import leidenalg
import numpy as np

from linkage.evidence.incidence import Floats, Ints
from linkage.ordering import Whole


class Leiden(Protocol):
    """A library that partitions by the constant Potts model."""

    def partition(
        self, left: Ints, right: Ints, weight: Floats, size: Floats, resolution: float
    ) -> Ints:
        """Return (n_vertices,) labels.

        Parameters
        ----------
        left, right
            (n_edges,) ends.
        weight
            (n_edges,) weights, above 0.
        size
            (n_vertices,) how many original vertices each vertex stands for.
        resolution
            Density that a community must reach, above 0.
        """
        ...


def graph_of(n_vertices: int, left: Whole, right: Whole) -> igraph.Graph:
    """Return an undirected graph with edges in the order of their ends.

    igraph reads pairs of Python's numbers six times as fast as an array of numpy's.
    """
    edges = list(zip(left.tolist(), right.tolist(), strict=True))
    return igraph.Graph(n=n_vertices, edges=edges)


@dataclass(frozen=True)
class IgraphLeiden:
    """igraph's C core: the fast one."""

    seed: int = 0
    rounds: int = 2

    def partition(
        self, left: Ints, right: Ints, weight: Floats, size: Floats, resolution: float
    ) -> Ints:
        """See :class:`Leiden`."""
        igraph.set_random_number_generator(random.Random(self.seed))
        graph = graph_of(len(size), left, right)
        # igraph.Graph.community_leiden calls this, and then counts every community in Python.
        membership, _ = igraph.GraphBase.community_leiden(
            graph, edge_weights=weight, node_weights=size, resolution=resolution,
            normalize_resolution=False, n_iterations=self.rounds,
        )
        return np.asarray(membership, dtype=np.int64)


@dataclass(frozen=True)
class LeidenalgLeiden:
    """leidenalg: slower, another implementation to check the first against."""

    seed: int = 0
    rounds: int = 2

    def partition(
        self, left: Ints, right: Ints, weight: Floats, size: Floats, resolution: float
    ) -> Ints:
        """See :class:`Leiden`."""
        graph = graph_of(len(size), left, right)
        found = leidenalg.find_partition(
            graph, leidenalg.CPMVertexPartition, weights=weight.tolist(),
            node_sizes=size.astype(int).tolist(), resolution_parameter=resolution,
            n_iterations=self.rounds, seed=self.seed,
        )
        return np.asarray(found.membership, dtype=np.int64)


def signed_partition(n_vertices: int, left: Ints, right: Ints, weight: Floats) -> Ints:
    """Group vertices that attract each other, apart from those that repel (leidenalg only).

    Correlation clustering as two layers of one multiplex [1]_, the second of weight -1: the
    sum of the weights inside groups is largest.

    Parameters
    ----------
    left, right
        (n_edges,) ends.
    weight
        (n_edges,) weights of either sign.

    Returns
    -------
    Ints
        (n_vertices,) labels, 0 the group of the first vertex.

    References
    ----------
    .. [1] Traag & Bruggeman (2009), Community detection in networks with positive and negative
       links, Phys. Rev. E 80.
    """
    layers = []
    for chosen in (weight > 0, weight < 0):
        graph = graph_of(n_vertices, left[chosen], right[chosen])
        graph.es["weight"] = np.abs(weight[chosen]).tolist()
        layers.append(graph)
    membership, _ = leidenalg.find_partition_multiplex(
        layers, leidenalg.CPMVertexPartition, layer_weights=[1, -1], n_iterations=-1, seed=0,
        weights="weight", resolution_parameter=0.0,
    )
    _, first, label = np.unique(membership, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[label]


def leiden_backend(name: str, *, seed: int) -> Leiden:
    """Return the backend of a name: ``igraph`` or ``leidenalg``."""
    return LeidenalgLeiden(seed) if name == "leidenalg" else IgraphLeiden(seed)
