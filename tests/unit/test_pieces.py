"""Pieces of a chain become one ring; who deals with everybody joins nobody."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from incidences import held, incidence_of

from linkage.communities.pieces import join_pieces, related

N = 1_000


def _rings(pieces, crossings):
    """Join pieces by crossings (left, right) and return the rings as sets."""
    account = np.array([who for piece in pieces for who in piece], dtype=np.int64)
    ring = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    pair = np.array([left * N + right for left, right in crossings], dtype=np.int64)
    label = join_pieces(N, account, ring, pair)
    return {frozenset(account[label == one].tolist()) for one in np.unique(label)}


def _pieces(*sizes):
    ends = np.cumsum(sizes)
    return [list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]


def test_one_relation_joins_two_small_pieces():
    assert _rings(_pieces(18, 6), [(3, 20)]) == {frozenset(range(24))}


def test_a_chain_of_pieces_is_one():
    chain = [(4, 5), (9, 10), (14, 15)]
    assert _rings(_pieces(5, 5, 5, 5), chain) == {frozenset(range(20))}


def test_only_likely_pairs_with_a_direct_relation_count():
    """Accounts 1 and 2 are linked, 3 and 4 linked and doubtful, 5 and 6 share a device."""
    found = incidence_of(10, [held("device", 5, 6), held("device", 2), held("device", 4)])
    incidence = replace(
        found, held=found.held + sp.csr_matrix(([1, 1], ([1, 3], [1, 2])), found.held.shape),
        centre=np.array([-1, 2, 4]),
    )
    pair, bits = np.array([12, 34, 56]), np.array([4.0, -1.0, 9.0])
    assert related(incidence, pair, bits).tolist() == [12]


def test_one_pair_is_too_little_for_large_rings():
    assert len(_rings(_pieces(100, 60), [(3, 120)])) == 2


def test_who_deals_with_everybody_joins_nobody():
    hub = [(0, 5 * at) for at in range(1, 6)]
    assert len(_rings(_pieces(*[5] * 6), hub)) == 6


def test_pairs_with_accounts_of_no_ring_and_no_pairs_at_all_change_nothing():
    assert len(_rings(_pieces(5, 5), [(3, 500)])) == 2
    assert len(_rings(_pieces(5, 5), [])) == 2
    assert _rings([], []) == set()
