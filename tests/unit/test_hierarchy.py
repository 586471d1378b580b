"""Communities at every scale: cliques small and large, chains, and the choice of scale."""

import math
from itertools import pairwise

import numpy as np
import pytest

from linkage.communities import leiden_backend
from linkage.communities.hierarchy import Graph, communities, significance

BACKENDS = ("igraph", "leidenalg")


def _graph(n, edges):
    """Return a graph of undirected edges, each once."""
    pairs = sorted({(min(edge), max(edge)) for edge in edges})
    left, right = (np.array([pair[at] for pair in pairs], dtype=np.int64) for at in (0, 1))
    return Graph(n, left, right)


def _clique(members):
    return [(i, j) for i in members for j in members if i < j]


def _bridged_cliques(*sizes):
    """Cliques, each joined to the next by one edge; returns edges and members."""
    starts = np.r_[0, np.cumsum(sizes)]
    groups = [range(a, b) for a, b in pairwise(starts)]
    edges = [edge for group in groups for edge in _clique(group)]
    edges += [(a[-1], b[0]) for a, b in pairwise(groups)]
    return edges, {frozenset(group) for group in groups}


def _found(graph, *, backend="igraph", n_named=100_000, seed=0):
    label = communities(graph, leiden_backend(backend, seed=seed), n_named=n_named)
    return {frozenset(np.flatnonzero(label == one).tolist()) for one in np.unique(label)}


@pytest.mark.parametrize("backend", BACKENDS)
def test_cliques_of_five_and_of_two_hundred_are_found_in_one_run(backend):
    edges, planted = _bridged_cliques(5, 200, 5, 40, 5, 12)
    assert _found(_graph(267, edges), backend=backend) == planted


@pytest.mark.parametrize("backend", BACKENDS)
def test_sparse_rings_are_found_beside_dense_ones(backend):
    rng = np.random.default_rng(3)
    dense, _ = _bridged_cliques(8, 8)
    edges = [*dense, (15, 16)]
    large = range(16, 216)
    edges += [(i, j) for i, j in _clique(large) if rng.random() < 0.15]
    found = _found(_graph(216, edges), backend=backend)
    assert found == {frozenset(range(8)), frozenset(range(8, 16)), frozenset(large)}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_seed_does_not_move_clear_communities(seed):
    edges, planted = _bridged_cliques(5, 60, 7, 30)
    assert _found(_graph(102, edges), seed=seed) == planted


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_chain_of_a_hundred_stays_whole(backend):
    path = _graph(100, [(at, at + 1) for at in range(99)])
    assert _found(path, backend=backend) == {frozenset(range(100))}


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_star_and_a_binary_tree_stay_whole(backend):
    star = _graph(40, [(0, at) for at in range(1, 40)])
    tree = _graph(63, [(at, (at - 1) // 2) for at in range(1, 63)])
    assert _found(star, backend=backend) == {frozenset(range(40))}
    assert _found(tree, backend=backend) == {frozenset(range(63))}


@pytest.mark.parametrize("n", [2, 3, 4])
def test_components_of_up_to_four_are_never_divided(n):
    graph = _graph(n + 3, [(at, at + 1) for at in range(n - 1)])
    assert frozenset(range(n)) in _found(graph)


def _direct(n, m, background):
    """M KL(m/M || background), term by term."""
    pairs = n * (n - 1) / 2
    rho = m / pairs
    if m == 0 or rho <= background:
        return 0.0
    nats = m * math.log(rho / background)
    return nats + ((pairs - m) * math.log((1 - rho) / (1 - background)) if m < pairs else 0.0)


@pytest.mark.parametrize("background", [1e-9, 1e-4, 0.01, 0.4])
def test_significance_is_the_divergence_of_densities(background):
    cases = [(n, m) for n in (2, 3, 10, 500) for m in (0, 1, n - 1, n * (n - 1) // 2)]
    n, m = (np.array(column, dtype=float) for column in zip(*cases, strict=True))
    wanted = [_direct(*case, background) for case in cases]
    assert significance(n, m, background) == pytest.approx(wanted)


def test_significance_grows_with_every_edge():
    m = np.arange(1, 46, dtype=float)
    assert (np.diff(significance(np.full(45, 10.0), m, 0.001)) > 0).all()
