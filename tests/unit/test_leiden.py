"""The two libraries that partition."""

import numpy as np
import pytest

from linkage.communities import leiden_backend
from linkage.communities.leiden import IgraphLeiden, LeidenalgLeiden


def _two_cliques(backend, *, resolution, size=4):
    left, right = np.array([
        (a + i, a + j) for a in (0, size) for i in range(size) for j in range(i + 1, size)
    ] + [(size - 1, size)]).T
    return backend.partition(left, right, np.ones(len(left)), np.ones(2 * size), resolution)


@pytest.mark.parametrize("name", ["igraph", "leidenalg"])
@pytest.mark.parametrize(("resolution", "n_parts"), [(0.5, 2), (0.01, 1), (2.0, 8)])
def test_the_resolution_is_the_density_a_community_must_reach(name, resolution, n_parts):
    label = _two_cliques(leiden_backend(name, seed=0), resolution=resolution)
    assert len(np.unique(label)) == n_parts


def test_a_name_chooses_the_library():
    assert leiden_backend("igraph", seed=3) == IgraphLeiden(3)
    assert leiden_backend("leidenalg", seed=3) == LeidenalgLeiden(3)


@pytest.mark.parametrize("name", ["igraph", "leidenalg"])
def test_vertices_that_stand_for_many_count_for_as_many(name):
    one = np.array([0]), np.array([1]), np.array([5.0])
    backend = leiden_backend(name, seed=0)
    assert len(np.unique(backend.partition(*one, np.array([2.0, 2.0]), 1.0))) == 1
    assert len(np.unique(backend.partition(*one, np.array([3.0, 3.0]), 1.0))) == 2
