"""Laws of the shares of a profile and of their intervals."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from linkage.profile import KEYS, interval, shares, sums

prompts = st.integers(1, 12).flatmap(
    lambda n: arrays(np.int64, (n, len(KEYS)), elements=st.integers(0, 40))
)


@given(prompts)
def test_an_interval_holds_its_share_and_stays_a_share(n_prompts):
    mean, low, high = interval(sums(n_prompts))
    assert (low >= 0).all()
    assert (low <= mean).all()
    assert (mean <= high).all()
    assert (high <= 1).all()


@given(prompts)
def test_shares_add_up_to_one(n_prompts):
    assume(n_prompts.any())
    assert np.isclose(interval(sums(n_prompts))[0].sum(), 1)


@given(prompts, st.integers(2, 6))
def test_more_accounts_of_the_same_kind_never_widen_an_interval(n_prompts, times):
    assume((n_prompts.sum(axis=1) > 0).sum() > 1)
    _, low, high = interval(sums(n_prompts))
    _, narrow_low, narrow_high = interval(sums(np.tile(n_prompts, (times, 1))))
    assert (narrow_high - narrow_low <= high - low + 1e-9).all()


@given(prompts, st.randoms(use_true_random=False))
def test_the_order_of_accounts_changes_no_share(n_prompts, random):
    order = list(range(len(n_prompts)))
    random.shuffle(order)
    for one, other in zip(interval(sums(n_prompts)), interval(sums(n_prompts[order])), strict=True):
        assert np.allclose(one, other)


@given(prompts, prompts)
def test_taking_a_part_away_leaves_the_rest(one, other):
    left = sums(np.vstack([one, other])).without(sums(one))
    assert left.n_accounts == sums(other).n_accounts
    assert left.n_prompts == sums(other).n_prompts
    assert np.allclose(left.share, sums(other).share)


@given(prompts, prompts)
def test_a_lift_lies_in_its_interval(one, other):
    for share in shares(sums(one), sums(other)):
        if share.lift is not None:
            assert share.lift_low <= share.lift + 1e-9
            assert share.lift_high is None or share.lift <= share.lift_high + 1e-9


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(4)
    kept = 0
    for _ in range(400):
        # Accounts differ: the chance of each is drawn around 0.3.
        chance = rng.beta(3, 7, 60)
        hits = rng.binomial(20, chance)
        n_prompts = np.zeros((60, len(KEYS)), np.int64)
        n_prompts[:, 0], n_prompts[:, 1] = hits, 20 - hits
        _, low, high = interval(sums(n_prompts))
        kept += low[0] <= 0.3 <= high[0]
    assert 0.92 <= kept / 400 <= 0.98
