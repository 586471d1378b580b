"""Worlds of chance: identifiers dealt anew, and how many rings they give."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incidences import clear_world, detect, held, incidence_of, put_stages, strangers, worlds
from worlds import run

from linkage.evidence import load_incidence
from linkage.evidence.null import redealt
from linkage.rings.assemble import assemble
from linkage.rings.calibration import BUILT_IN
from linkage.rings.chance import rings_by_chance
from linkage.settings import Settings
from linkage.simulate import simulate
from linkage.store import Store


def _degrees(incidence):
    """Return how many identifiers of each family each account holds."""
    owner = np.repeat(np.arange(incidence.n_accounts), np.diff(incidence.held.indptr))
    n_families = max(len(incidence.families), 1)
    return np.bincount(
        owner * n_families + incidence.family[incidence.held.indices],
        minlength=incidence.n_accounts * n_families,
    )


@settings(max_examples=40)
@given(world=worlds(), n_lone=st.integers(0, 2), seed=st.integers(0, 5))
def test_degrees_stay_on_both_sides(world, n_lone, seed):
    incidence = incidence_of(*world)
    lone = np.full((len(incidence.families), incidence.n_accounts), n_lone)
    dealt = redealt(incidence, lone, seed=seed)
    total = dealt.held.copy()
    total.sum_duplicates()
    assert (total.sum(axis=0) == incidence.held.sum(axis=0)).all()
    assert (_degrees(dealt) <= _degrees(incidence) + n_lone).all()
    if not n_lone:
        assert (_degrees(dealt) == _degrees(incidence)).all()
    times = [np.lexsort((one.last_seen, one.first_seen, one.held.indices))
             for one in (incidence, dealt)]
    for name in ("first_seen", "last_seen"):
        was, now = getattr(incidence, name)[times[0]], getattr(dealt, name)[times[1]]
        assert (was == now).all()


def test_no_account_is_dealt_one_identifier_twice_where_that_can_be_helped():
    n, identifiers, _ = clear_world()
    incidence = incidence_of(n, identifiers)
    lone = np.ones((len(incidence.families), n), dtype=np.int64)
    dealt = redealt(incidence, lone, seed=1)
    dealt.held.sum_duplicates()
    assert dealt.held.data.max() == 1
    assert dealt.held.nnz == incidence.held.nnz
    assert (dealt.held != incidence.held).nnz > 0


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("store"), memory_limit_mb=500, threads=1) as one:
        yield one


def _by_chance(store, n, identifiers):
    """Run on a world and on three of chance; every account has one more card of its own."""
    put_stages(store, n, identifiers)
    kinds = sorted({one.kind for one in identifiers})
    holdings = {
        kind: np.bincount([who for one in identifiers if one.kind == kind for who in one.accounts],
                          minlength=n) + 1
        for kind in kinds
    }
    store.put("account_kind", pa.table({
        "account_ix": pa.array(np.tile(np.arange(n), len(kinds)), pa.int32()),
        "kind": np.repeat(kinds, n),
        "n_identifiers": pa.array(np.concatenate(list(holdings.values())), pa.int32()),
    }))
    asked = Settings(null_runs=3, min_ring_size=3)
    incidence = load_incidence(store, asked)
    weights, found = detect(incidence)
    tiers = assemble(store, incidence, weights, found, smallest=3).tables["rings"]["tier"]
    told = rings_by_chance(store, incidence, weights, BUILT_IN, asked, tiers.to_pylist())
    return {one.tier: one for one in told}


def test_a_world_without_operators_gives_no_ring_either_way(store):
    told = _by_chance(store, 400, [*strangers(range(400)), held("phone", 0, 1), held("card", 2, 3)])
    for tier in ("enforce", "review"):
        assert (told[tier].n_rings, told[tier].n_by_chance) == (0, 0)
        assert told[tier].false_share is None


def test_rings_of_operators_are_no_chance(store):
    n, identifiers, rings = clear_world()
    told = _by_chance(store, n, identifiers)
    assert told["review"].n_rings == len(rings)
    assert told["review"].false_share == 0
    low, high = told["review"].interval
    assert low == 0 < high < 0.5


def test_in_a_simulated_world_without_operators_chance_explains_nothing_at_enforce(tmp_path):
    simulate(tmp_path / "world", n_accounts=3_000, rings=[], days=10, seed=8)
    out = run(tmp_path / "world", tmp_path / "out", null_runs=2)
    [enforce, review] = [
        one for one in json.loads((out / "manifest.json").read_text())["by_chance"]
        if one["tier"] in ("enforce", "review")
    ]
    assert (enforce["n_rings"], enforce["n_by_chance"], enforce["false_share"]) == (0, 0, None)
    assert review["n_by_chance"] <= 0.5
