"""Membership that does not last when some of the evidence goes."""

import numpy as np
import pytest
from incidences import clear_world, detect, held, incidence_of

from linkage.rings.evidence import member_gains
from linkage.rings.stability import LOST, stability


def _stability(incidence, weights, found, candidates):
    gains = member_gains(incidence, weights, found)
    return stability(incidence, found, gains, candidates)


def _steady(n, identifiers):
    """Return the stability of each account in a ring, by account."""
    incidence = incidence_of(n, identifiers)
    weights, found = detect(incidence)
    everywhere = np.ones(int(found.ring.max(initial=-1)) + 1, dtype=bool)
    share = _stability(incidence, weights, found, everywhere)
    return dict(zip(found.account.tolist(), share.tolist(), strict=True))


def test_members_of_rings_that_share_much_are_found_again():
    n, identifiers, rings = clear_world()
    share = _steady(n, identifiers)
    inside = [share[one] for ring in rings for one in ring]
    assert np.mean(inside) > 0.9


def test_what_hangs_by_one_identifier_goes_with_it_and_all_at_once():
    shared = [range(20 * at, 20 * at + 8) for at in range(7)]
    share = _steady(400, [held("device", *accounts) for accounts in shared])
    for accounts in shared:
        assert len({share[one] for one in accounts}) == 1
    assert 1 - 2 * LOST < np.mean(list(share.values())) < 1


def test_only_candidates_are_looked_for_again():
    n, identifiers, _ = clear_world()
    incidence = incidence_of(n, identifiers)
    weights, found = detect(incidence)
    n_rings = int(found.ring.max()) + 1
    first = np.arange(n_rings) == 0
    share = _stability(incidence, weights, found, first)
    assert np.isnan(share[found.ring != 0]).all()
    assert ((share[found.ring == 0] >= 0) & (share[found.ring == 0] <= 1)).all()
    assert np.isnan(_stability(incidence, weights, found, ~first & False)).all()


def test_a_ring_is_as_steady_whatever_other_rings_are_looked_for():
    n, identifiers, _ = clear_world()
    incidence = incidence_of(n, identifiers)
    weights, found = detect(incidence)
    n_rings = int(found.ring.max()) + 1
    together = _stability(incidence, weights, found, np.ones(n_rings, dtype=bool))
    for ring in range(n_rings):
        alone = _stability(incidence, weights, found, np.arange(n_rings) == ring)
        rows = found.ring == ring
        assert alone[rows] == pytest.approx(together[rows])


def test_the_numbers_of_identifiers_change_nothing():
    n, identifiers, _ = clear_world()
    shuffled = [identifiers[at] for at in np.random.default_rng(3).permutation(len(identifiers))]
    assert _steady(n, identifiers) == pytest.approx(_steady(n, shuffled))


