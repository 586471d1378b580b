"""Crowds: proposed where nothing else puts their accounts in a ring, and judged like any ring."""

import numpy as np
import pytest
from incidences import clear_world, detect, held, incidence_of, rings_of


def _world(*crowds):
    n, identifiers, rings = clear_world()
    return incidence_of(n, [*identifiers, *(held("lockstep", *one) for one in crowds)]), rings


def test_a_crowd_that_nothing_else_ties_is_a_ring():
    crowd = range(300, 330)
    incidence, rings = _world(crowd)
    _, found = detect(incidence)
    assert rings <= rings_of(found)
    assert any(len(ring & set(crowd)) >= 28 and len(ring) <= 31 for ring in rings_of(found))


def test_without_a_crowd_no_ring_is_added():
    incidence, rings = _world()
    assert rings <= rings_of(detect(incidence)[1])


def test_a_crowd_takes_nobody_out_of_a_ring():
    """Half a ring and as many strangers are in step: the ring stays whole."""
    incidence, rings = _world([*range(0, 12), *range(300, 312)])
    assert frozenset(range(24)) in rings_of(detect(incidence)[1])
    assert frozenset(range(24)) in rings


def test_who_is_left_of_a_crowd_is_weighed_against_all_of_it():
    """Of 30 in step 24 are in a ring: the other six are hardly a ring of their own."""
    incidence, _ = _world([*range(0, 24), *range(300, 306)])
    _, found = detect(incidence)
    of_crowd = np.isin(found.account, range(300, 306))
    _, whole = detect(_world(range(300, 306))[0])
    assert whole.nats[np.isin(whole.account, range(300, 306))].min() > (
        found.nats[of_crowd].max(initial=-np.inf))


@pytest.mark.parametrize("crowds", [(), (range(300, 330),), (range(10, 40), range(300, 303))])
def test_each_account_once_and_the_sum_adds_up(crowds):
    _, found = detect(_world(*crowds)[0])
    assert (np.diff(found.account) > 0).all()
    np.testing.assert_allclose(
        found.nats, found.prior_nats + found.by_family.sum(axis=1), atol=1e-9)
    assert (found.judged.n_rings > found.judged_ring).all()
    judged_with = found.judged.ring.max() + 1 if len(found.judged.ring) else 0
    assert judged_with <= found.judged.n_rings
