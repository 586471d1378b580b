"""Intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from linkage.intervals import effective_trials, poisson_mean, wilson


@given(sizes=st.lists(st.integers(1, 500), min_size=1, max_size=9))
def test_rings_are_worth_between_one_trial_and_as_many_as_there_are(sizes):
    assert 1 - 1e-9 <= effective_trials(sizes) <= len(sizes) + 1e-9


def test_rings_of_one_size_are_worth_a_trial_each():
    assert effective_trials([7] * 5) == pytest.approx(5)
    assert effective_trials([0, 0]) == 0


@given(share=st.floats(0, 1), n=st.floats(0.5, 1e6))
def test_an_interval_holds_what_was_seen(share, n):
    low, high = wilson(share, n)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


@pytest.mark.parametrize("mean", [0.2, 1.0, 5.0])
def test_a_count_of_that_mean_lies_within_its_limits(mean):
    counts = np.arange(60)
    inside = np.array([low <= mean <= high for low, high in
                       (poisson_mean(int(n), 1) for n in counts)])
    assert poisson.pmf(counts[inside], mean).sum() >= 0.95


def test_more_looks_narrow_the_limits():
    assert poisson_mean(0, 10)[1] == pytest.approx(poisson_mean(0, 1)[1] / 10)
