"""Small tables beside the rings: what the judge saw, and when rings are active."""

from collections import Counter

import duckdb
import pyarrow.parquet as pq
import pytest
from worlds import read, run, small_world

from linkage.rings.measures import measures_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("small")
    run(small_world(place / "world"), place / "out")
    return place


def test_measures_say_what_rings_say(folder):
    table = pq.read_table(folder / "out" / "measures.parquet")
    for ring in read(folder / "out", "rings"):
        found = measures_of(table, ring["ring_id"])
        assert (found["n_accounts"], found["n_events"]) == (ring["n_accounts"], ring["n_events"])
        assert sorted(ring["families"]) == sorted(
            name.removeprefix("held_") for name, value in found.items()
            if name.startswith("held_") and value >= 0.3
        )


def test_rhythm_counts_every_event_at_its_weekday_and_hour(folder):
    members = {row["account_id"]: row["ring_id"] for row in read(folder / "out", "members")}
    events = duckdb.sql(f"select account_id, occurred_at from '{folder}/world/events/*.parquet'")
    expected: Counter[tuple[str | None, int, int]] = Counter()
    for account_id, at in events.fetchall():
        when = at.utctimetuple()
        expected[None, when.tm_wday, when.tm_hour] += 1
        if account_id in members:
            expected[members[account_id], when.tm_wday, when.tm_hour] += 1
    rows = read(folder / "out", "rhythm")
    found = {(row["ring_id"], row["weekday"], row["hour"]): row["n_events"] for row in rows}
    assert found == expected
