"""Pieces of a chain become one ring; who deals with everybody joins nobody."""

import numpy as np
import pytest

from linkage.communities.pieces import join_pieces

N = 1_000


def _rings(pieces, crossings):
    """Join pieces by crossings (left, right, bits) and return the rings as sets."""
    account = np.array([who for piece in pieces for who in piece], dtype=np.int64)
    ring = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    pair = np.array([left * N + right for left, right, _ in crossings], dtype=np.int64)
    bits = np.array([bits for *_, bits in crossings], dtype=float)
    label = join_pieces(N, account, ring, pair, bits)
    return {frozenset(account[label == one].tolist()) for one in np.unique(label)}


def _pieces(*sizes):
    ends = np.cumsum(sizes)
    return [list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]


def test_one_sure_pair_joins_two_small_pieces():
    assert _rings(_pieces(18, 6), [(3, 20, 5.0)]) == {frozenset(range(24))}


def test_a_chain_of_pieces_is_one():
    chain = [(4, 5, 4.0), (9, 10, 4.0), (14, 15, 4.0)]
    assert _rings(_pieces(5, 5, 5, 5), chain) == {frozenset(range(20))}


@pytest.mark.parametrize("bits", [-2.0, 2.9])
def test_a_doubtful_pair_joins_nothing(bits):
    assert len(_rings(_pieces(18, 6), [(3, 20, bits)])) == 2


def test_one_pair_is_too_little_for_large_rings():
    assert len(_rings(_pieces(100, 60), [(3, 120, 9.0)])) == 2


def test_who_deals_with_everybody_joins_nobody():
    hub = [(0, 5 * at, 9.0) for at in range(1, 6)]
    assert len(_rings(_pieces(*[5] * 6), hub)) == 6


def test_pairs_with_accounts_of_no_ring_and_no_pairs_at_all_change_nothing():
    assert len(_rings(_pieces(5, 5), [(3, 500, 9.0)])) == 2
    assert len(_rings(_pieces(5, 5), [])) == 2
    assert _rings([], []) == set()
