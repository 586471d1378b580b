"""Laws of pairs, families and weights, against slow and obvious answers."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidences import DAY, Held, family_agreements, held, incidence_of, pair_bits, worlds

from linkage.errors import CapacityError
from linkage.evidence import (
    KindEstimate,
    Weights,
    agreements,
    best_by_family,
    estimate_weights,
    preview_pairs,
)
from linkage.evidence.families import prior_reliability, size_class
from linkage.signals import signal

caps = st.integers(1, 60)


def _span_gap_days(one: Held, left: int, right: int) -> float:
    if left not in one.seen or right not in one.seen:
        return 0.0
    (first_l, last_l), (first_r, last_r) = one.seen[left], one.seen[right]
    return max(first_r - last_l, first_l - last_r, 0) / DAY


def _obvious_agreements(identifiers, cap):
    for at, one in enumerate(identifiers):
        if one.is_public or signal(one.kind).is_qualifier or not 2 <= len(one.accounts) <= cap:
            continue
        for left in one.accounts:
            for right in one.accounts:
                if left < right:
                    yield (left, right), at, 0.5 ** (_span_gap_days(one, left, right) / 30)


@given(world=worlds(), cap=caps)
def test_pairs_match_nested_loops(world, cap):
    n, identifiers = world
    incidence = incidence_of(n, identifiers)
    preview = replace(preview_pairs(incidence, max_pairs=10**6), cap=cap)
    built = agreements(incidence, preview)
    rows = sorted(
        ((int(pair) // n, int(pair) % n), int(at), float(decay))
        for pair, at, decay in zip(built.pair, built.identifier, built.decay, strict=True)
    )
    wanted = sorted(_obvious_agreements(identifiers, cap))
    assert [row[:2] for row in rows] == [row[:2] for row in wanted]
    assert [row[2] for row in rows] == pytest.approx([row[2] for row in wanted])


@given(world=worlds(), most=caps)
def test_a_preview_counts_exactly_what_is_built_and_never_more_than_fits(world, most):
    incidence = incidence_of(*world)
    n_alone = sum(
        len(one.accounts) == 2 and bool(incidence.creates[at])
        for at, one in enumerate(world[1])
    )
    if n_alone > most:
        with pytest.raises(CapacityError):
            preview_pairs(incidence, max_pairs=most)
        return
    preview = preview_pairs(incidence, max_pairs=most)
    assert len(agreements(incidence, preview).pair) == preview.n_pairs <= most


@given(world=worlds(), most=caps)
def test_what_is_built_and_what_is_left_out_are_all_pairs(world, most):
    incidence = incidence_of(*world)
    everything = Counter(
        world[1][at].kind for _, at, _ in _obvious_agreements(world[1], 10**6)
    )
    try:
        preview = preview_pairs(incidence, max_pairs=most)
    except CapacityError:
        return
    assert preview.n_pairs + sum(preview.left_out.values()) == sum(everything.values())


@given(world=worlds())
def test_each_family_of_a_pair_counts_once_by_its_most_reliable_agreement(world):
    n, identifiers = world
    incidence = incidence_of(n, identifiers)
    shared = agreements(incidence, preview_pairs(incidence, max_pairs=10**6))
    best = best_by_family(incidence, shared)
    prior = prior_reliability(incidence)
    names = [one.kind for one in incidence.signals]
    candidates = defaultdict(list)
    for pair, at, decay in _obvious_agreements(identifiers, 50):
        kind = names.index(identifiers[at].kind)
        size = int(size_class(np.array([len(identifiers[at].accounts)]))[0])
        family = signal(identifiers[at].kind).family
        candidates[pair, family].append((prior[kind, size], decay, kind, size))
    found = {
        ((int(p) // n, int(p) % n), incidence.families[f]): (int(k), int(s), float(d))
        for p, f, k, s, d in zip(
            best.pair, best.family, best.kind, best.size, best.decay, strict=True)
    }
    assert len(found) == len(best.pair)
    assert found.keys() == candidates.keys()
    for key, (kind, size, decay) in found.items():
        most = max(candidates[key])[0]
        assert prior[kind, size] == most
        # Freshness is kept in fifteenths.
        same = [c[1] for c in candidates[key] if c[2:] == (kind, size)]
        assert 0 <= max(same) - decay < 1 / 15 + 1e-9


@given(world=worlds())
def test_families_come_by_pair_and_each_pair_once_a_family(world):
    incidence = incidence_of(*world)
    best = family_agreements(incidence)
    key = best.pair * len(incidence.families) + best.family
    assert (np.diff(key) > 0).all()


def _as_prior(incidence, prior=1e-6) -> Weights:
    return Weights(prior_reliability(incidence), prior, ())


@given(
    world=worlds(timed=False, most_accounts=6),
    kind=st.sampled_from(["device", "card", "phone", "session", "wallet"]),
)
def test_one_more_agreement_never_lowers_a_pair(world, kind):
    n, identifiers = world
    more = [*identifiers, held(kind, 0, 1)]
    before_world, after_world = incidence_of(n, identifiers), incidence_of(n, more)
    before = pair_bits(before_world, _as_prior(before_world))
    after = pair_bits(after_world, _as_prior(after_world))
    assert after.get((0, 1), -np.inf) >= before.get((0, 1), -np.inf) - 1e-9
    assert {p: b for p, b in after.items() if p != (0, 1)} == pytest.approx(
        {p: b for p, b in before.items() if p != (0, 1)})


@given(world=worlds(), seed=st.integers(0, 99))
def test_renaming_accounts_renames_the_estimates_nowhere(world, seed):
    n, identifiers = world
    new = np.random.default_rng(seed).permutation(n)
    renamed = [
        held(one.kind, *(int(new[a]) for a in one.accounts), is_public=one.is_public,
             seen={int(new[a]): span for a, span in one.seen.items()})
        for one in identifiers
    ]
    first, second = (_estimates(n, some) for some in (identifiers, renamed))
    assert first == second


@given(world=worlds())
def test_estimates_are_probabilities(world):
    for one in _estimates(*world):
        assert 0 < one.reliability < 1
        assert 0 < one.m < 1
        assert 0 <= one.u <= 0.5


def _estimates(n, identifiers) -> tuple[KindEstimate, ...]:
    incidence = incidence_of(n, identifiers)
    best = family_agreements(incidence)
    return estimate_weights(incidence, best).kinds
