"""From communities to the tables of the contract."""

import numpy as np
import pyarrow as pa
import pytest
from incidences import detect, held, operator, put_stages, strangers

from linkage import schema
from linkage.evidence import load_incidence
from linkage.rings.assemble import assemble
from linkage.settings import Settings
from linkage.store import Store

N = 400
RING = list(range(24))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("store"), memory_limit_mb=500, threads=1) as one:
        yield one


def _world():
    return [*operator(RING), *(held("ip", *RING[at::5]) for at in range(5)),
            *strangers(range(100, N))]


def _assembled(store, identifiers, *, smallest=5, **stages):
    put_stages(store, N, identifiers, **stages)
    incidence = load_incidence(store, Settings())
    weights, found = detect(incidence)
    return assemble(store, incidence, weights, found, smallest=smallest).tables, found


def test_the_tables_are_those_of_the_contract(store):
    tables, _ = _assembled(store, _world())
    assert tables["rings"].schema.equals(schema.RINGS)
    assert tables["members"].schema.equals(schema.MEMBERS)
    assert tables["evidence"].schema.equals(schema.EVIDENCE)
    assert tables["capabilities"].schema.equals(schema.CAPABILITIES)
    assert tables["timeline"].schema.equals(schema.TIMELINE)
    assert tables["pivots"].schema.equals(schema.PIVOTS)
    assert tables["members"]["account_id"].to_pylist() == [f"a{at:04d}" for at in RING]


def test_rings_of_the_smallest_size_are_reported_and_smaller_ones_are_not(store):
    whole, _ = _assembled(store, _world(), smallest=24)
    assert whole["rings"]["n_accounts"].to_pylist() == [24]
    none, _ = _assembled(store, _world(), smallest=25)
    assert [none[name].num_rows for name in ("rings", "members", "evidence")] == [0, 0, 0]


def test_the_name_of_a_ring_is_its_members(store):
    names = [
        _assembled(store, world)[0]["rings"]["ring_id"].to_pylist()
        for world in (_world(), [*_world(), held("phone", 0, 1, 2)],
                      [*_world(), *(held(kind, 0, 24) for kind in ("device", "card", "phone"))])
    ]
    assert names[0] == names[1]
    assert len(names[0]) == 1


def test_links_are_evidence_that_names_the_account_linked_with(store):
    hub = 5
    links = [(min(hub, at), max(hub, at), "referral") for at in RING if at != hub]
    tables, _ = _assembled(store, _world(), links=links)
    rows = [row for row in tables["evidence"].to_pylist() if row["kind"] == "referral"]
    assert rows
    assert {row["label"] for row in rows} == {f"a{hub:04d}"}
    assert {row["n_accounts_total"] for row in rows} == {len(RING)}


def test_evidence_shows_labels_counts_and_adds_up(store):
    world = _world()
    tables, _ = _assembled(store, world)
    total = dict.fromkeys(tables["members"]["account_id"].to_pylist(), 0.0)
    for row in tables["evidence"].to_pylist():
        total[row["account_id"]] += row["bits"]
        if len(row["identifier_id"]) == 32:
            one = world[int(row["identifier_id"], 16)]
            assert row["label"] == f"label {int(row['identifier_id'], 16)}"
            assert row["n_accounts_total"] == len(one.accounts)
            assert row["n_accounts_in_ring"] == len(set(one.accounts) & set(RING))
    bits = {row["account_id"]: row["evidence_bits"] for row in tables["members"].to_pylist()}
    assert total == pytest.approx(bits, abs=1e-4)


@pytest.mark.parametrize(("decision", "tier"), [
    ("benign", "benign"), ("reinstated", "benign"), ("disputed", "watch")])
def test_decisions_about_accounts_are_obeyed(store, decision, tier):
    said = {"account_ix": 3, "ring_id": None, "decision": decision}
    before, _ = _assembled(store, _world())
    after, _ = _assembled(store, _world(), decisions=[said])
    for old, new in zip(*(t["members"].to_pylist() for t in (before, after)), strict=True):
        if new["account_id"] == "a0003":
            weakest = max(schema.TIERS.index(old["tier"]), schema.TIERS.index(tier))
            assert new["tier"] == schema.TIERS[weakest]
            assert new["reason_codes"][-1].startswith("decided_")
        else:
            assert new == old


def test_decisions_about_accounts_in_no_ring_change_nothing(store):
    before, _ = _assembled(store, _world())
    after, _ = _assembled(store, _world(), decisions=[
        {"account_ix": 399, "decision": "benign"},
        {"ring_id": "ring-of-yore", "decision": "benign"}])
    assert after["members"].equals(before["members"])


def test_a_member_that_does_not_last_is_periphery_and_never_enforced(store, monkeypatch):
    monkeypatch.setattr("linkage.rings.judge.ENFORCE_SCORE", 0.0)
    before, _ = _assembled(store, _world())
    assert set(before["members"]["tier"].to_pylist()) == {"enforce"}
    monkeypatch.setattr("linkage.rings.assemble.stability",
                        lambda *world: np.where(world[1].account == 3, 0.3, 1.0))
    after, _ = _assembled(store, _world())
    for row in after["members"].to_pylist():
        lasts = row["account_id"] != "a0003"
        assert row["tier"] == ("enforce" if lasts else "review")
        assert (row["role"] == "periphery") is not lasts
        assert row["stability"] == (1.0 if lasts else 0.3)


def test_whom_a_verified_organization_vouches_for_is_never_enforced(store, monkeypatch):
    monkeypatch.setattr("linkage.rings.judge.ENFORCE_SCORE", 0.0)
    names = ["Lab" if at == 3 else None for at in range(N)]
    tables, _ = _assembled(store, _world(), accounts={"organization": pa.array(names)})
    for row in tables["members"].to_pylist():
        assert row["tier"] == ("review" if row["account_id"] == "a0003" else "enforce")


def test_whom_little_ties_to_its_ring_is_never_enforced(store, monkeypatch):
    monkeypatch.setattr("linkage.rings.judge.ENFORCE_SCORE", 0.0)
    tables, _ = _assembled(store, _world())
    bits = sorted(tables["members"]["evidence_bits"].to_pylist())
    least = bits[len(bits) // 2]
    assert bits[0] < least
    monkeypatch.setattr("linkage.rings.member_tiers.ENFORCED_BITS", least)
    for row in _assembled(store, _world())[0]["members"].to_pylist():
        assert (row["tier"] == "enforce") is (row["evidence_bits"] >= least - 1e-6)
