"""Ordering by counting gives what comparing gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkage.ordering import numbered, order_of

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=30)


@given(keys=st.lists(st.integers(0, 9), max_size=40), more=st.integers(1, 5))
def test_order_is_that_of_a_stable_sort(keys, more):
    key = np.array(keys, dtype=np.int64)
    order = order_of(key, max(keys, default=0) + more)
    assert order.tolist() == sorted(range(len(keys)), key=lambda at: keys[at])


@given(pairs=pairs)
def test_numbers_of_pairs_are_their_places_among_the_different_ones(pairs):
    high, low = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    number, count = numbered(high, low, 5, 7)
    different = sorted(set(pairs))
    assert number.tolist() == [different.index(pair) for pair in pairs]
    assert count.tolist() == [pairs.count(pair) for pair in different]
