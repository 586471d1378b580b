"""The pair view: communities of the strong pairs."""

import numpy as np

from linkage.communities import leiden_backend
from linkage.communities.pair_view import pair_view


def test_only_accounts_with_a_strong_pair_are_proposed():
    pair = np.array([1 * 10 + 2, 2 * 10 + 3, 6 * 10 + 7])
    label = pair_view(10, pair, leiden_backend("igraph", seed=0))
    assert label[1] == label[2] == label[3] != label[6] == label[7]
    assert (label[[0, 4, 5, 8, 9]] == -1).all()


def test_without_pairs_nothing_is_proposed():
    none = np.zeros(0, dtype=np.int64)
    assert pair_view(3, none, leiden_backend("igraph", seed=0)).tolist() == [-1, -1, -1]


def test_the_backends_agree_on_a_chain_beside_a_clique():
    n = 40
    chain = [at * n + at + 1 for at in range(20)]
    clique = [i * n + j for i in range(25, 33) for j in range(i + 1, 33)]
    first, second = (
        pair_view(n, np.array(sorted(chain + clique)), leiden_backend(name, seed=0))
        for name in ("igraph", "leidenalg")
    )
    assert first.tolist() == second.tolist()
    assert len(np.unique(first[:21])) == len(np.unique(first[25:33])) == 1
