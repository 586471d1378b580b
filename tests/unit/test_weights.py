"""What agreements are worth: estimated from patterns, near the prior where there are few."""

from dataclasses import replace

import numpy as np
import pytest
from incidences import DAY, family_agreements, held, incidence_of, pair_bits

from linkage.evidence import Weights, estimate_weights, strong_pairs
from linkage.evidence.families import prior_reliability, size_class
from linkage.evidence.weights import telling
from linkage.signals import signal


def _reliability(incidence):
    estimated = estimate_weights(incidence, family_agreements(incidence))
    return {one.kind: one.reliability for one in estimated.kinds}


def _planted(m, n_strangers, *, n_matches=2_000, seed=0):
    """Pairs of one operator that agree with chance m a kind, and strangers who agree once."""
    rng = np.random.default_rng(seed)
    identifiers, account = [], 0
    for _ in range(n_matches):
        agreed = [kind for kind in m if rng.random() < m[kind]]
        identifiers += [held(kind, account, account + 1) for kind in agreed]
        account += 2
    for kind, n in n_strangers.items():
        for _ in range(n):
            identifiers.append(held(kind, account, account + 1))
            account += 2
    return incidence_of(account, identifiers)


@pytest.fixture(scope="module")
def estimates():
    incidence = _planted(
        {"device": 0.6, "card": 0.5, "phone": 0.4}, {"device": 400, "card": 3_000, "phone": 0})
    found = estimate_weights(incidence, family_agreements(incidence))
    return {one.kind: one for one in found.kinds}


def test_a_kind_that_mostly_strangers_share_is_less_reliable(estimates):
    assert estimates["card"].reliability < signal("card").reliability - 0.1
    assert estimates["card"].reliability < estimates["device"].reliability - 0.2


def test_the_number_of_candidate_pairs_is_told_by_kind(estimates):
    assert estimates["card"].n_pairs == pytest.approx(4_000, abs=60)


def test_of_correlated_lacks_only_one_counts():
    # Half the operators share devices, cards and phones, half share cards alone.
    m = {"device": 0.6, "card": 0.5, "phone": 0.4}
    rich = _planted(m, {"card": 0}, n_matches=1_000)
    half = _planted(m, {"card": 500}, n_matches=1_000)
    assert _reliability(half)["card"] > 0.5
    assert _reliability(half)["card"] < _reliability(rich)["card"]


def test_thin_data_hardly_moves_the_prior():
    incidence = incidence_of(1_000, [
        held("device", 0, 1), held("card", 0, 1), held("device", 2, 3), held("card", 4, 5)])
    for one in estimate_weights(incidence, family_agreements(incidence)).kinds:
        assert one.reliability == pytest.approx(signal(one.kind).reliability, abs=0.02)
        assert one.m == pytest.approx(signal(one.kind).m, abs=0.02)


def test_without_any_pair_the_priors_stand():
    incidence = incidence_of(10, [held("bin", 0, 1)])
    (only,) = estimate_weights(incidence, family_agreements(incidence)).kinds
    assert (only.reliability, only.n_pairs) == (signal("bin").reliability, 0)


def test_the_more_strangers_share_a_kind_the_less_reliable_it_is():
    m = {"device": 0.6, "phone": 0.6, "card": 0.6}
    worlds = [_reliability(_planted(m, {"device": n})) for n in (100, 2_000, 6_000)]
    found = [one["device"] for one in worlds]
    assert found == sorted(found, reverse=True)
    assert found[0] - found[-1] > 0.3


def test_more_holders_never_make_a_value_more_reliable():
    incidence = incidence_of(99, [held(kind, 0, 1) for kind in ("ip", "card", "device", "phone")])
    assert (np.diff(prior_reliability(incidence), axis=1) < 0).all()


@pytest.mark.parametrize(("n_holders", "found"), [(2, 0), (3, 1), (4, 2), (5, 2), (6, 3), (10, 4),
                                                  (20, 5), (50, 5), (9_999, 5)])
def test_holders_fall_into_the_class_of_the_bound_below(n_holders, found):
    assert size_class(np.array([n_holders])).tolist() == [found]


def test_bits_are_log_odds_above_the_prior():
    weights = Weights(np.array([[0.8, 0.5, 0.5, 0.5, 0.5, 0.5]]), 1 / 1025, ())
    found = weights.bits(np.array([0, 0]), np.array([2, 3]))
    assert found == pytest.approx([2 + 10, 10])
    assert weights.prior_bits == pytest.approx(-10)
    assert weights.strangers == pytest.approx([0.25])


def test_a_pairs_bits_are_the_sum_over_its_families():
    incidence = incidence_of(2, [held("card", 0, 1), held("device", 0, 1), held("session", 0, 1)])
    weights = Weights(np.full((3, 6), 0.5), 1 / 1025, ())
    # Card and device are two families; session is of the device's.
    assert pair_bits(incidence, weights) == pytest.approx({(0, 1): 10.0})


def test_an_unlikely_pair_is_dropped():
    incidence = incidence_of(4, [held("ip", 0, 1), held("ip", 2, 3), held("card", 2, 3)])
    weights = Weights(np.full((2, 6), 0.1), 1 / 1025, ())
    assert set(pair_bits(incidence, weights)) == {(2, 3)}


def test_no_pair_at_all_is_no_strong_pair():
    incidence = incidence_of(4, [])
    pair, bits = strong_pairs(family_agreements(incidence), Weights(np.zeros((0, 6)), 0.01, ()))
    assert len(pair) == len(bits) == 0


def test_old_agreements_weigh_less_than_fresh_ones():
    spans = {0: (0, 0), 1: (45 * DAY, 45 * DAY)}
    weights = Weights(np.full((2, 6), 0.5), 1 / 1025, ())
    old, fresh = (
        pair_bits(
            incidence_of(2, [held("card", 0, 1, seen=seen), held("device", 0, 1)]), weights)
        for seen in (spans, {})
    )
    assert 0 < old[0, 1] < fresh[0, 1] - 5


def test_a_stale_agreement_never_displaces_a_fresh_one_of_its_family():
    stale = {0: (0, 0), 1: (300 * DAY, 300 * DAY)}
    less = [held("prompt_opening", 0, 1), held("card", 0, 1)]
    more = [*less, held("prompt_template", 0, 1, seen=stale)]
    before, after = (incidence_of(2, some) for some in (less, more))
    prior = 1e-6
    assert (
        pair_bits(after, Weights(prior_reliability(after), prior, ()))[0, 1]
        >= pair_bits(before, Weights(prior_reliability(before), prior, ()))[0, 1]
    )


def test_many_kinds_of_a_users_own_do_not_change_what_a_card_is_worth():
    few = [held(kind, at, at + 1) for at in range(0, 400, 2) for kind in ("card", "wallet")]
    many = few + [held(f"kind_{at:02d}", 400, 401) for at in range(70)]
    first, second = (
        _reliability(world)
        for world in (incidence_of(402, few), incidence_of(402, many))
    )
    assert second["card"] == pytest.approx(first["card"], abs=0.02)


def test_a_kind_tells_where_the_data_does_not_put_it_far_below_its_prior():
    incidence = incidence_of(50, [held("card", 0, 1), held("device", 2, 3, 4), held("card", 5, 6)])
    estimated = estimate_weights(incidence, family_agreements(incidence))
    prior = prior_reliability(incidence)
    assert telling(incidence, replace(estimated, reliability=prior)).all()
    low = prior.copy()
    low[[one.kind for one in incidence.signals].index("card"), 0] = 0.001
    assert telling(incidence, replace(estimated, reliability=low)).tolist() == [False, True, False]
