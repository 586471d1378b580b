"""Partitions over nights: what did not change is looked up, and says the same."""

import numpy as np
import pytest

from linkage.communities.hierarchy import Graph, communities
from linkage.communities.leiden import leiden_backend
from linkage.communities.remembered import PARTITIONS, Remembered, remembering


class Counting:
    """A library that counts how often it is asked."""

    def __init__(self):
        self.leiden, self.n = leiden_backend("igraph", seed=0), 0

    def partition(self, *graph):
        self.n += 1
        return self.leiden.partition(*graph)


def _cycle_of_cliques(n, size, seed):
    """Return the edges of some cliques, each joined to the next, edges shuffled."""
    edges = [(k * size + i, k * size + j) for k in range(n) for i in range(size) for j in range(i)]
    edges += [(k * size, (k + 1) % n * size + 1) for k in range(n)]
    order = np.random.default_rng(seed).permutation(len(edges))
    return np.array(edges, dtype=np.int64)[order]


def _graph(*parts):
    """Put graphs beside each other."""
    n, edges = 0, []
    for part in parts:
        edges.append(part + n)
        n += int(part.max()) + 1
    left, right = np.concatenate(edges).T
    return Graph(n, left, right)


def _found(graph, path, name="igraph 1"):
    library = Counting()
    leiden = Remembered(library, name, path)
    label = communities(graph, leiden, n_named=10_000)
    return label, library.n, leiden.keep()


def test_a_component_without_a_change_is_not_partitioned_again(tmp_path):
    one, two, other = (_cycle_of_cliques(8, 5, 1), _cycle_of_cliques(7, 6, 2),
                       _cycle_of_cliques(9, 7, 3))
    path = tmp_path / PARTITIONS
    first, n_first, told = _found(_graph(one, two), path)
    assert told == {"partitions": n_first, "known": 0}
    again, n_again, told = _found(_graph(one, two), path)
    assert n_again == 0
    assert told == {"partitions": n_first, "known": n_first}
    assert again.tolist() == first.tolist()
    # Another one comes, and stands before it: that alone is partitioned.
    alone, n_other, _ = _found(_graph(other), tmp_path / "else")
    with_other, n_asked, told = _found(_graph(other, one, two), path)
    assert n_asked == n_other
    assert told["known"] == n_first
    plain = communities(_graph(other, one, two), leiden_backend("igraph", seed=0), n_named=10_000)
    assert with_other.tolist() == plain.tolist()
    assert len(set(alone.tolist())) == 9


def test_only_what_was_asked_for_last_is_kept(tmp_path):
    path = tmp_path / PARTITIONS
    one, two = _graph(_cycle_of_cliques(8, 5, 1)), _graph(_cycle_of_cliques(7, 6, 2))
    _, n_one, _ = _found(one, path)
    _found(two, path)
    assert _found(one, path)[1] == n_one


def test_the_partitions_of_another_library_version_or_seed_are_not_taken(tmp_path):
    graph, path = _graph(_cycle_of_cliques(8, 5, 1)), tmp_path / PARTITIONS
    _, n, _ = _found(graph, path)
    assert _found(graph, path, name="igraph 2")[1] == n


@pytest.mark.parametrize("damage", [b"", b"PAR1 nothing PAR1"])
def test_what_cannot_be_read_is_partitioned_anew(tmp_path, damage, caplog):
    graph, path = _graph(_cycle_of_cliques(8, 5, 1)), tmp_path / PARTITIONS
    label, n, _ = _found(graph, path)
    path.write_bytes(damage)
    again, n_again, _ = _found(graph, path)
    assert (again.tolist(), n_again) == (label.tolist(), n)
    assert "cannot be read" in caplog.text


def test_what_cannot_be_written_costs_nothing_but_time(tmp_path, caplog):
    graph = _graph(_cycle_of_cliques(8, 5, 1))
    (tmp_path / "file").write_text("in the way")
    label, _, _ = _found(graph, tmp_path / "file" / PARTITIONS)
    assert "cannot keep partitions" in caplog.text
    assert label.tolist() == _found(graph, tmp_path / PARTITIONS)[0].tolist()


def test_without_a_state_nothing_is_remembered(tmp_path):
    assert not isinstance(remembering("igraph", seed=0, state=None), Remembered)
    assert isinstance(remembering("leidenalg", seed=0, state=tmp_path), Remembered)
