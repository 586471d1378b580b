"""Simulated worlds: the same bytes twice, the contract's form, and a truth that holds."""

import hashlib
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import duckdb
import networkx as nx
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from linkage.errors import InputError, SettingsError
from linkage.schema import INPUT_TABLES, INSTANT
from linkage.simulate import LATER_OPERATORS, OPERATORS, PRESETS, RingPlan, ring_plans, simulate

_TYPES = {
    "VARCHAR": pa.string(), "instant": INSTANT, "BOOLEAN": pa.bool_(), "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
}


def _every_operator() -> tuple[RingPlan, ...]:
    plans = []
    for operator in (*OPERATORS.values(), *LATER_OPERATORS.values()):
        size = max(operator.smallest, min(24, operator.largest))
        vendor = "vendor" if operator.has_vendor else ""
        plan = RingPlan(n_accounts=size, operator=operator, vendor=vendor)
        plans += [plan, plan] if vendor else [plan]
    return tuple(plans)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world with a ring of every class among 3,000 accounts, without prompt text."""
    out = tmp_path_factory.mktemp("simulate") / "world"
    simulate(out, n_accounts=3_000, rings=_every_operator(), seed=5)
    return out


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _truth(world: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(world / "truth" / "accounts.parquet").to_pylist()
    return rows


def _holders(world: Path) -> dict[tuple[str, str], set[str]]:
    """Who holds which address, device, card, mailbox, template, by the obvious loop."""
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for part in sorted((world / "events").glob("*.parquet")):
        for row in pq.read_table(part, columns=["account_id", "ip", "device_id"]).to_pylist():
            holders["ip", row["ip"]].add(row["account_id"])
            if row["device_id"]:
                holders["device", row["device_id"]].add(row["account_id"])
    for row in pq.read_table(world / "payments.parquet").to_pylist():
        holders["card", row["instrument_id"]].add(row["account_id"])
    for row in pq.read_table(world / "identifiers.parquet").to_pylist():
        holders[row["kind"], row["value"]].add(row["account_id"])
    for row in pq.read_table(world / "accounts.parquet").to_pylist():
        local, domain = row["email"].split("@")
        holders["mailbox", local.split("+")[0].replace(".", "").rstrip("0123456789")
                + "@" + domain].add(row["account_id"])
    return holders


@pytest.mark.parametrize("prompts", [False, True])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, prompts: bool) -> None:
    plans = ring_plans([6, 30], seed=3)
    for name in ("one", "two"):
        simulate(tmp_path / name, n_accounts=500, rings=plans, seed=3, prompts=prompts)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(tmp_path / str(seed), n_accounts=300, seed=seed)
    one, two = _digests(tmp_path / "1"), _digests(tmp_path / "2")
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] == two[name]} == {"networks.csv"}


@pytest.mark.parametrize("table", ["accounts", "events", "payments", "identifiers", "links"])
def test_columns_and_types_are_the_contracts(world: Path, table: str) -> None:
    contract = next(known for known in INPUT_TABLES if known.name == table)
    schema = pq.read_schema(next(iter(sorted(world.glob(f"{table}.parquet"))
                                      or sorted((world / table).glob("*.parquet")))))
    types = {name: _TYPES[kind] for name, kind in contract.columns}
    assert set(contract.required) <= set(schema.names)
    assert {field.name: field.type for field in schema} == {
        name: types[name] for name in schema.names
    }


def test_networks_are_distinct_cidrs_of_known_kinds(world: Path) -> None:
    networks = pa.csv.read_csv(world / "networks.csv")
    kinds = set(networks["kind"].to_pylist())
    assert kinds <= {"datacenter", "vpn", "tor", "cgnat", "proxy", "university", "corporate"}
    assert len(set(networks["cidr"].to_pylist())) == networks.num_rows


def test_the_truth_names_every_account_once(world: Path) -> None:
    accounts = pq.read_table(world / "accounts.parquet")["account_id"].to_pylist()
    truth = [str(row["account_id"]) for row in _truth(world)]
    assert len(set(accounts)) == len(accounts)
    assert sorted(truth) == sorted(accounts)


def test_abusive_accounts_are_those_of_an_operator(world: Path) -> None:
    for row in _truth(world):
        assert row["is_abusive"] == (row["operator_class"] is not None)
        assert row["is_abusive"] == (row["kind"] == "operator")
        assert not row["is_abusive"] or row["group_id"] is not None


def test_rings_have_the_planned_sizes_and_two_customers_of_a_vendor_are_two_rings(
    world: Path,
) -> None:
    sizes: dict[tuple[str, object], int] = defaultdict(int)
    for row in _truth(world):
        if row["is_abusive"]:
            sizes[str(row["operator_class"]), row["group_id"]] += 1
    planned = sorted((str(plan.operator.name), plan.n_accounts) for plan in _every_operator())
    assert sorted((name, size) for (name, _), size in sizes.items()) == planned


@pytest.mark.parametrize("name", sorted({*OPERATORS, *LATER_OPERATORS}))
def test_members_of_every_class_are_joined_by_what_they_share(world: Path, name: str) -> None:
    """A ring holds together through values that its members hold far more than others do."""
    holders = _holders(world)
    rings: dict[object, set[object]] = defaultdict(set)
    for row in _truth(world):
        if row["operator_class"] == name:
            rings[row["group_id"]].add(row["account_id"])
    for members in rings.values():
        graph = nx.Graph()
        graph.add_nodes_from(members)
        for held_by in holders.values():
            inside = sorted(held_by & members)
            if len(inside) >= 2 and len(inside) / len(held_by) > 0.05:
                nx.add_path(graph, inside)
        assert nx.is_connected(graph)


def test_no_identifier_of_a_chain_has_more_than_three_holders(world: Path) -> None:
    members = {row["account_id"] for row in _truth(world) if row["operator_class"] == "chain"}
    counts = [len(held_by) for held_by in _holders(world).values() if held_by & members]
    assert max(counts) <= 3


def test_most_members_of_a_replaced_ring_are_banned(world: Path) -> None:
    replaced = {
        row["account_id"] for row in _truth(world) if row["operator_class"] == "banned_replaced"
    }
    accounts = {row["account_id"]: row for row in
                pq.read_table(world / "accounts.parquet").to_pylist()}
    banned = [accounts[member] for member in replaced if accounts[member]["status"] == "banned"]
    assert 0.5 < len(banned) / len(replaced) < 0.8


def test_events_lie_in_the_world_and_after_the_accounts_birth(world: Path) -> None:
    late, early, outside = duckdb.execute(f"""
        select count(*) filter (occurred_at < created_at),
               count(*) filter (occurred_at < '2026-04-22 00:00:00+00'),
               count(*) filter (occurred_at >= '2026-06-06 00:00:00+00')
        from '{world}/events/*.parquet' join '{world}/accounts.parquet' using (account_id)
    """).fetchall()[0]
    assert (late, early, outside) == (0, 0, 0)


def test_rows_are_not_grouped_by_ring(world: Path) -> None:
    flags = [bool(row["is_abusive"]) for row in _truth(world)]
    switches = sum(left != right for left, right in pairwise(flags))
    share = sum(flags) / len(flags)
    assert switches > share * (1 - share) * len(flags)


def test_ids_say_nothing_of_the_truth(world: Path) -> None:
    rows = sorted(_truth(world), key=lambda row: str(row["account_id"]))
    flags = [bool(row["is_abusive"]) for row in rows]
    half = len(flags) // 2
    assert abs(sum(flags[:half]) - sum(flags[half:])) < 5 * sum(flags) ** 0.5


def test_a_world_with_prompts_tells_templates_by_text_alone(tmp_path: Path) -> None:
    plan = RingPlan(n_accounts=12, operator=OPERATORS["datacenter_farm"])
    simulate(tmp_path / "world", n_accounts=400, rings=[plan], seed=2, prompts=True)
    events = pq.read_table(tmp_path / "world" / "events")
    assert events["prompt"].null_count == 0
    kinds = pq.read_table(tmp_path / "world" / "identifiers.parquet")["kind"].to_pylist()
    assert "prompt_template" not in kinds


def test_a_mutating_template_is_never_quite_the_same(tmp_path: Path) -> None:
    plan = RingPlan(n_accounts=20, operator=OPERATORS["mutating_templates"], n_templates=1)
    simulate(tmp_path / "world", n_accounts=200, rings=[plan], seed=2, prompts=True)
    openings = duckdb.execute(f"""
        select distinct split_part(prompt, 'Input:', 1)
        from '{tmp_path}/world/events/*.parquet'
        join '{tmp_path}/world/truth/accounts.parquet' using (account_id)
        where is_abusive and prompt like '%Input:%'
    """).fetchall()
    assert len(openings) > 5


def test_large_worlds_come_in_several_parts_and_report_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    summary = simulate(
        tmp_path / "world", n_accounts=12_000, seed=1, prompts=True,
        progress=lambda done, planned: told.append((done, planned)),
    )
    parts = list((tmp_path / "world" / "events").glob("*.parquet"))
    assert len(parts) == len(told) > 1
    assert told[-1] == (summary.n_events, summary.n_events)
    assert max(pq.read_metadata(part).num_rows for part in parts) < 400_000


@pytest.mark.parametrize("preset", ["harder", "unseen"])
def test_worlds_of_later_classes_hold_their_own_look_alikes(tmp_path: Path, preset: str) -> None:
    simulate(tmp_path / "world", n_accounts=6_000, preset=preset, days=7, seed=1)
    truth = pq.read_table(tmp_path / "world" / "truth" / "accounts.parquet")
    kinds = set(pa.compute.unique(truth["kind"]).to_pylist())
    classes = set(pa.compute.unique(truth["operator_class"]).to_pylist()) - {None}
    assert {kind.kind for kind in PRESETS[preset].further} <= kinds
    assert len(classes) == 4
    assert classes <= set(LATER_OPERATORS)


def test_the_demo_is_small(tmp_path: Path) -> None:
    summary = simulate(tmp_path / "demo", preset="demo", seed=1)
    size = sum(path.stat().st_size for path in summary.path.rglob("*") if path.is_file())
    assert size < 2_000_000
    assert (summary.n_rings, summary.n_accounts - summary.n_abusive) == (6, 3_000)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        simulate(tmp_path, n_accounts=200)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


def test_an_unknown_preset_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unknown preset: moon") as caught:
        simulate(tmp_path / "world", preset="moon")
    assert all(name in caught.value.fix for name in PRESETS)


def test_ring_plans_keep_sizes_and_deal_vendors_in_pairs() -> None:
    sizes = [6, 12, 40, 300, 900, 2_000, 8, 25_000, 70, 15, 16, 17, 18, 19]
    for seed in range(20):
        plans = ring_plans(sizes, seed)
        assert [plan.n_accounts for plan in plans] == sizes
        vendors = [plan.vendor for plan in plans if plan.vendor]
        assert all(vendors.count(vendor) == 2 for vendor in vendors)
        assert all(plan.n_accounts <= plan.operator.largest for plan in plans)
