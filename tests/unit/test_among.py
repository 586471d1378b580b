"""Sets of numbers: what they say is what Python's own say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkage.ingest.among import Among, distinct

# Some lie side by side, so that one bit of the table stands for several.
numbers = st.lists(st.integers(0, 40) | st.integers(2**64 - 40, 2**64 - 1)
                   | st.integers(0, 2**64 - 1), max_size=60)


@given(numbers, numbers)
def test_a_set_has_what_was_put_into_it_and_nothing_else(inside, asked):
    asked = asked + inside[:5]
    flags = Among(np.array(inside, dtype=np.uint64)).flags(np.array(asked, dtype=np.uint64))
    assert flags.tolist() == [one in inside for one in asked]


@given(numbers)
def test_distinct_numbers_are_each_there_once_and_ascend(some):
    assert distinct(np.array(some, dtype=np.uint64)).tolist() == sorted({*some})
