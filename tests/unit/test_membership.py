"""Who is a member: an operator's accounts are, an innocent who met them once is not."""

import numpy as np
import pytest
from incidences import clear_world, detect, held, incidence_of, operator, rings_of, strangers

from linkage.communities.families import borne_out, lacks
from linkage.communities.gains import least_core

LEAST = 5
"""Accidental pairs among strangers are below what these tests speak of."""


def _large_rings(n, identifiers, **options):
    _, found = detect(incidence_of(n, identifiers), **options)
    return {ring for ring in rings_of(found) if len(ring) >= LEAST}


@pytest.mark.parametrize("leiden", ["igraph", "leidenalg"])
def test_the_operators_of_a_clear_world_are_its_rings(leiden):
    n, identifiers, planted = clear_world()
    assert _large_rings(n, identifiers, leiden=leiden) == planted


@pytest.mark.parametrize("seed", range(4))
def test_renaming_accounts_changes_no_ring_of_a_clear_world(seed):
    n, identifiers, planted = clear_world()
    new = np.random.default_rng(seed).permutation(n)
    renamed = [held(one.kind, *new[list(one.accounts)].tolist()) for one in identifiers]
    assert _large_rings(n, renamed) == {frozenset(new[list(ring)].tolist()) for ring in planted}


def test_the_order_of_identifiers_changes_no_ring_of_a_clear_world():
    n, identifiers, planted = clear_world()
    assert _large_rings(n, identifiers[::-1]) == planted


def test_an_innocent_who_shares_one_address_with_a_ring_is_not_a_member():
    ring = list(range(30))
    identifiers = [
        *operator(ring), *(held("ip", *ring[at::5], 40 + at) for at in range(5)),
        *strangers(range(50, 500)),
    ]
    assert _large_rings(500, identifiers) == {frozenset(ring)}


def test_a_member_who_shares_only_one_card_of_the_rings_own_and_its_address_is_found():
    ring = list(range(30))
    late = 30
    identifiers = [
        *operator(ring), *(held("ip", *ring[at::5]) for at in range(5)),
        *strangers(range(50, 500)),
    ]
    identifiers[3] = held("card", *identifiers[3].accounts, late)
    identifiers[7] = held("ip", *identifiers[7].accounts, late)
    assert _large_rings(500, identifiers) == {frozenset([*ring, late])}


def test_a_crowd_behind_one_public_address_is_no_ring():
    n, identifiers, planted = clear_world()
    crowd = [
        held("ip", *range(100, 300), is_public=True), held("bin", *range(100, 300)),
        held("user_agent", *range(100, 300)),
    ]
    assert _large_rings(n, [*identifiers, *crowd]) == planted


def test_a_chain_is_one_ring():
    n = 40
    chain = [held(kind, at, at + 1, at + 2) for at in range(0, n - 2)
             for kind in ("device", "card", "ip")]
    assert _large_rings(3_000, [*chain, *strangers(range(100, 3_000))]) == {frozenset(range(n))}


@pytest.mark.parametrize("identifiers", [
    [], [held("bin", 0, 1, 2)], [held("card", 0, 1, 2, is_public=True)],
    [held("ip", 0, 1, 2), held("ip", 3, 4, 5)],
])
def test_a_world_in_which_nothing_joins_anybody_has_no_ring(identifiers):
    _, found = detect(incidence_of(6, identifiers))
    assert not len(found.account)


def test_rings_may_be_picked_and_are_numbered_anew():
    n, identifiers, planted = clear_world()
    _, found = detect(incidence_of(n, identifiers))
    kept = found.of_rings(np.bincount(found.ring) >= LEAST)
    assert rings_of(kept) == planted
    assert set(kept.ring.tolist()) == set(range(len(planted)))
    for name in ("nats", "by_family", "is_core", "prior_nats", "judged_ring"):
        assert len(getattr(kept, name)) == len(kept.account)


def test_a_higher_score_is_worth_no_less_than_a_lower_one():
    score = np.array([9.0, 8.0, 7.0, 6.0, 3.0, 2.0])
    core = np.array([True, True, True, True, False, False])
    ring = np.zeros(6, dtype=np.int64)
    gain = borne_out(score, np.ones(6), ring, np.array([0.01]), is_core=core,
                     counts=np.ones(6, dtype=bool))
    assert (np.diff(gain) <= 1e-12).all()
    assert gain[0] == gain[3] > gain[4]


def test_strangers_by_one_colliding_value_do_not_make_their_own_lack_ordinary():
    """Eight members by two other families all have templates; five strangers have none."""
    has = np.zeros((13, 3), dtype=bool)
    has[:, 0] = True
    has[:8, 1:] = True
    ring, core = np.zeros(13, dtype=np.int64), np.ones(13, dtype=bool)
    lack = lacks(has, ring, core, np.array([13.0]))
    assert (lack[8:, 1:] < -2.5).all()
    assert not lack[:8].any()


def test_what_is_everybodys_is_heard_for_the_ring_that_nearly_owns_it():
    """Of 4,000 accounts 300 hold an address; 10 an ordinary one, and 10 a public one."""
    least = least_core(incidence_of(4_000, [
        held("ip", *range(300)), held("ip", *range(10)), held("ip", *range(10), is_public=True),
    ]))
    assert least.tolist() == [270, 1, 2]


@pytest.mark.parametrize("seed", [13, 22, 140, 149, 211, 245])
def test_evidence_added_up_in_another_order_of_the_hashes_makes_the_same_rings(seed):
    """Worlds in which sums that differed in their last bit put an account in or out."""
    rng = np.random.default_rng(seed)
    world = [
        *(held("prompt_template", *rng.choice(40, int(width), replace=False))
          for width in rng.choice([3, 4, 6, 8], 14)),
        *(held("card", *rng.choice(40, int(width), replace=False))
          for width in rng.choice([2, 3, 4], 8)),
        *strangers(range(100, 600)),
    ]
    _, found = detect(incidence_of(600, world))
    _, again = detect(incidence_of(600, [world[at] for at in rng.permutation(len(world))]))
    assert rings_of(again) == rings_of(found)
    np.testing.assert_allclose(again.nats, found.nats, rtol=1e-6)
