"""The days of a ring and its moves to new models, on stage tables made by hand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from inputs import accounts, event, run_ingest, write_table

from linkage.rings.timeline import pivots, timeline
from linkage.store import Store

IDS = pa.array(["ring-a", "ring-b"])
START = date(2026, 5, 1)
DAY_0 = (START - date(1970, 1, 1)).days


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with Store(tmp_path, memory_limit_mb=200, threads=1) as opened:
        yield opened


def _fill(
    store: Store, *, members: dict[int, int], born: dict[int, int],
    used: list[tuple[int, int, int | None, int]], models: dict[int, tuple[str, int]],
) -> None:
    """Put the tables; days count from the first of May 2026."""
    at = datetime(2026, 5, 1, 12)
    store.put("member", pa.table({
        "ring": pa.array(list(members.values()), pa.int64()),
        "account_ix": pa.array(list(members), pa.int32()),
    }))
    store.put("account", pa.table({
        "account_ix": pa.array(list(born), pa.int32()),
        "created_at": pa.array([at + timedelta(days=d) for d in born.values()],
                               pa.timestamp("us")),
    }))
    # Each conversation twice: what is none is not counted.
    talks = [(one, day, code, is_talk) for one, day, code, n in used
             for is_talk in (True, False) for _ in range(n)]
    account, day, code, is_talk = zip(*talks, strict=True) if talks else ((), (), (), ())
    store.put("activity", pa.table({
        "account_ix": pa.array(account, pa.int32()),
        "hour": pa.array([(DAY_0 + d) * 24 + one % 24 for one, d in enumerate(day)], pa.int32()),
        "model_code": pa.array(code, pa.uint64()), "is_conversation": pa.array(is_talk, pa.bool_()),
        "n_events": pa.array([1] * len(account), pa.int64()),
    }))
    store.put("model", pa.table({
        "model_code": pa.array(list(models), pa.uint64()),
        "model": pa.array([name for name, _ in models.values()], pa.string()),
        "first_day": pa.array([DAY_0 + d for _, d in models.values()], pa.int32()),
    }))


def test_days_hold_conversations_active_accounts_and_births(store):
    _fill(store, members={0: 0, 1: 0, 2: 1}, born={0: 0, 1: 0, 2: 3, 3: 0},
          used=[(0, 0, 5, 2), (0, 0, 6, 1), (1, 0, 5, 4), (2, 4, 5, 1), (3, 0, 5, 99)],
          models={5: ("m5", 0), 6: ("m6", 0)})
    found = [tuple(row.values()) for row in timeline(store, IDS).to_pylist()]
    assert found == [
        ("ring-a", START, 7, 2, 2, False),
        ("ring-b", START + timedelta(days=3), 0, 0, 1, False),
        ("ring-b", START + timedelta(days=4), 1, 1, 0, False),
    ]


def test_a_burst_is_a_day_busier_than_everyone_elses(store):
    others = {100 + n: n % 30 for n in range(600)}
    burst = dict.fromkeys(range(10), 7) | {10: 1, 11: 20}
    slow = {20 + n: 2 * n for n in range(12)}
    _fill(store, members=dict.fromkeys(burst, 0) | dict.fromkeys(slow, 1),
          born=others | burst | slow, used=[], models={})
    days = [row for row in timeline(store, IDS).to_pylist() if row["is_burst"]]
    assert [(row["ring_id"], row["day"]) for row in days] == [
        ("ring-a", START + timedelta(days=7))
    ]


def test_a_day_on_which_everyone_is_born_is_no_burst(store):
    rush = dict.fromkeys(range(100, 700), 7) | {n: n % 30 for n in range(700, 760)}
    ring = dict.fromkeys(range(10), 7)
    _fill(store, members=dict.fromkeys(ring, 0), born=rush | ring, used=[], models={})
    assert not any(timeline(store, IDS)["is_burst"].to_pylist())


def _with_new_model(store: Store, *, moved: int, stayed: int) -> list[dict[str, object]]:
    used = [(0, d, 1, 10) for d in range(12)] + [(9, d, 1, 30) for d in range(12)]
    used += [(9, 12, 2, 10), (9, 14, 1, 30), (0, 14, 2, moved), (0, 15, 1, stayed)]
    _fill(store, members={0: 0}, born={}, used=used, models={1: ("old", 0), 2: ("new", 12)})
    return pivots(store, IDS).to_pylist()


def test_a_ring_that_moves_to_a_new_model_has_a_pivot(store):
    assert _with_new_model(store, moved=45, stayed=5) == [{
        "ring_id": "ring-a", "model": "new", "appeared_on": START + timedelta(days=12),
        "adopted_on": START + timedelta(days=14), "n_conversations": 45, "share": 0.9,
        "population_share": 0.0,
    }]


@pytest.mark.parametrize(("moved", "stayed"), [(9, 0), (20, 25)])
def test_a_try_is_no_pivot(store, moved, stayed):
    assert _with_new_model(store, moved=moved, stayed=stayed) == []


def test_nothing_is_said_of_no_rings(store):
    _fill(store, members={}, born={1: 0}, used=[(1, 0, 5, 2)], models={5: ("m", 0)})
    nobody = pa.array([], pa.string())
    assert timeline(store, nobody).num_rows == pivots(store, nobody).num_rows == 0


def test_conversations_are_counted_by_day_and_model(tmp_path):
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    write_table(tmp_path / "in" / "events.csv", [
        event("a", "2026-05-01T01:00:00Z", event_type="Conversation", model="m1"),
        event("a", "2026-05-01T02:00:00Z", event_type=None, model="m1"),
        event("a", "2026-05-01T03:00:00Z", event_type="login", model="m1"),
        event("a", "2026-05-02T03:00:00Z", event_type="conversation", model="m2"),
        event("a", "2026-05-02T03:00:00Z", event_type="conversation"),
    ])
    tables = run_ingest(tmp_path / "in").tables
    names = {row["model_code"]: (row["model"], row["first_day"]) for row in tables["model"]}
    assert set(names.values()) == {("m1", DAY_0), ("m2", DAY_0 + 1)}
    assert sorted(
        (row["hour"] - DAY_0 * 24, names.get(row["model_code"], ("-",))[0], row["is_conversation"])
        for row in tables["activity"]
    ) == [(1, "m1", True), (2, "m1", True), (3, "m1", False), (27, "-", True), (27, "m2", True)]


def test_without_models_and_types_every_event_is_a_conversation(tmp_path):
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    write_table(tmp_path / "in" / "events.csv", [event("a"), event("a")])
    tables = run_ingest(tmp_path / "in").tables
    assert [row["is_conversation"] for row in tables["activity"]] == [True, True]
    assert tables["model"] == []
