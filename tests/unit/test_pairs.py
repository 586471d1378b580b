"""Candidate pairs: their count, their cap, and how time fades them."""

import pytest
from incidences import DAY, held, incidence_of

from linkage.errors import CapacityError
from linkage.evidence import agreements, preview_pairs
from linkage.evidence.pairs import WIDEST


def _built(incidence, max_pairs=10**6):
    return agreements(incidence, preview_pairs(incidence, max_pairs=max_pairs))


def test_the_cap_is_the_widest_whose_pairs_fit():
    world = incidence_of(9, [held("card", 0, 1), held("card", 1, 2, 3), held("ip", *range(9))])
    assert preview_pairs(world, max_pairs=4).cap == 8
    assert preview_pairs(world, max_pairs=39).cap == 8
    assert preview_pairs(world, max_pairs=40).cap == WIDEST


def test_what_the_cap_leaves_out_is_told_by_kind():
    world = incidence_of(9, [held("card", 0, 1), held("card", 1, 2, 3), held("ip", *range(9))])
    found = preview_pairs(world, max_pairs=1)
    assert found.n_pairs == 1
    assert found.left_out == {"card": 3, "ip": 36}


def test_no_cap_is_wider_than_the_pair_view_reaches():
    world = incidence_of(60, [held("card", *range(WIDEST)), held("device", *range(WIDEST + 1))])
    found = preview_pairs(world, max_pairs=10**9)
    assert found.n_pairs == WIDEST * (WIDEST - 1) // 2
    assert found.left_out == {"device": (WIDEST + 1) * WIDEST // 2}


def test_pairs_that_cannot_fit_are_refused_before_they_are_built():
    world = incidence_of(9, [held("card", at, at + 1) for at in range(5)])
    with pytest.raises(CapacityError, match=r"5 pairs .* at most 4 fit") as refused:
        preview_pairs(world, max_pairs=4)
    assert refused.value.exit_code == 3
    assert refused.value.fix


def test_public_identifiers_and_qualifiers_cost_nothing():
    world = incidence_of(9, [held("card", 0, 1, is_public=True), held("bin", *range(9))])
    found = preview_pairs(world, max_pairs=1)
    assert (found.n_pairs, found.left_out) == (0, {})
    assert not len(agreements(world, found).pair)


@pytest.mark.parametrize(("gap_days", "left"), [(0, 1.0), (15, 2**-0.5), (30, 0.5), (90, 0.125)])
def test_evidence_halves_with_every_thirty_days_between_sightings(gap_days, left):
    spans = {0: (0, 5 * DAY), 1: ((5 + gap_days) * DAY, 200 * DAY)}
    assert _built(incidence_of(2, [held("card", 0, 1, seen=spans)])).decay == pytest.approx(left)


@pytest.mark.parametrize("spans", [
    {0: (0, 100 * DAY), 1: (50 * DAY, 60 * DAY)},
    {0: (90 * DAY, 100 * DAY), 1: (0, 90 * DAY)},
    {0: (90 * DAY, 100 * DAY)},
    {},
])
def test_sightings_that_meet_or_are_unknown_count_in_full(spans):
    assert _built(incidence_of(2, [held("card", 0, 1, seen=spans)])).decay.tolist() == [1.0]


def test_a_world_without_identifiers_has_no_pairs():
    assert not len(_built(incidence_of(3, [])).pair)
