"""Laws of communities at every scale, with NetworkX as the oracle."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.communities import leiden_backend
from linkage.communities.hierarchy import Graph, _levels, communities

BACKENDS = ("igraph", "leidenalg")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a sparse graph, denser within a few blocks, often in several components."""
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    block = rng.integers(0, draw(st.integers(1, 6)), n)
    chance = np.where(block[:, None] == block, draw(st.sampled_from([0.1, 0.4, 0.9])),
                      draw(st.sampled_from([0.0, 0.005, 0.03])))
    left, right = np.nonzero(np.triu(rng.random((n, n)) < chance, 1))
    return Graph(n, left.astype(np.int64), right.astype(np.int64))


def _networkx(graph: Graph) -> nx.Graph:
    drawn = nx.Graph(zip(graph.left.tolist(), graph.right.tolist(), strict=True))
    drawn.add_nodes_from(range(graph.n_vertices))
    return drawn


def _groups(label) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(label == one).tolist()) for one in np.unique(label)}


@given(graph=graphs())
def test_components_are_those_of_networkx(graph):
    assert _groups(graph.components()) == {
        frozenset(part) for part in nx.connected_components(_networkx(graph))}


@given(graph=graphs(), backend=st.sampled_from(BACKENDS), n_more=st.integers(1, 10**5))
def test_a_community_never_spans_two_components(graph, backend, n_more):
    label = communities(graph, leiden_backend(backend, seed=0), n_named=graph.n_vertices + n_more)
    component = graph.components()
    for group in _groups(label):
        assert len({int(component[vertex]) for vertex in group}) == 1


@given(graph=graphs(), n_more=st.integers(1, 10**5))
def test_labels_are_dense_and_start_anew_with_each_first_appearance(graph, n_more):
    label = communities(graph, leiden_backend("igraph", seed=0), n_named=graph.n_vertices + n_more)
    assert len(label) == graph.n_vertices
    first = [int(np.flatnonzero(label == one)[0]) for one in range(label.max() + 1)]
    assert first == sorted(first)


@given(graph=graphs(), backend=st.sampled_from(BACKENDS))
def test_each_level_merges_communities_of_the_level_below(graph, backend):
    levels = list(_levels(graph, leiden_backend(backend, seed=0)))
    for finer, coarser in pairwise(levels):
        assert coarser.max() < finer.max()
        for group in _groups(finer):
            assert len({int(coarser[vertex]) for vertex in group}) == 1
    if levels:
        assert _groups(levels[-1]) == _groups(graph.components())


@given(graph=graphs())
def test_a_graph_without_edges_has_no_community(graph):
    none = np.zeros(0, dtype=np.int64)
    label = communities(
        Graph(graph.n_vertices, none, none), leiden_backend("igraph", seed=0), n_named=100)
    assert len(np.unique(label)) == graph.n_vertices


@given(graph=graphs(), seed=st.integers(0, 3))
def test_a_backend_gives_one_answer_however_often_it_is_asked(graph, seed):
    first, second = (
        communities(graph, leiden_backend("igraph", seed=seed), n_named=10**4) for _ in range(2))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_graph_has_no_labels(backend):
    none = np.zeros(0, dtype=np.int64)
    assert not len(communities(Graph(0, none, none), leiden_backend(backend, seed=0), n_named=2))
