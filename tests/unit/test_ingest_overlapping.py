"""Files that overlap, as those of many nights do."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs import accounts, event, run_ingest, write_table

from linkage.settings import Settings

OVERLAPPING = Settings(max_bad_rows=1.0, overlapping=True)


def _ingested(folder, **files):
    for name, rows in files.items():
        write_table(folder / f"{name.replace('__', '/')}.csv", rows)
    return run_ingest(folder, settings=OVERLAPPING)


def test_an_account_is_as_the_last_file_has_it_and_the_others_are_no_bad_rows(tmp_path):
    found = _ingested(
        tmp_path / "in", accounts_1=accounts("a", "b", status="active"),
        accounts_2=accounts("a", status="banned"), events=[event("a"), event("b")])
    assert {r["account_id"]: r["status"] for r in found.tables["account"]} == {
        "a": "banned", "b": "active"}
    assert found.report.n_quarantined == 0


def test_an_account_twice_in_one_file_is_still_a_bad_row(tmp_path):
    found = _ingested(
        tmp_path / "in", accounts_1=accounts("a"), accounts_2=accounts("a", "b", "a"),
        events=[event("a"), event("b")])
    assert found.quarantine["accounts"] == [
        ("accounts_2.csv", 3, "duplicate account", "account_id")]


@pytest.mark.parametrize("ids", [("e1", "e1"), (None, None)])
def test_an_event_that_two_files_bring_counts_once(tmp_path, ids):
    found = _ingested(
        tmp_path / "in", accounts=accounts("a", "b"),
        events_1=[event("a", event_id=ids[0]), event("b", event_id="other")],
        events_2=[event("a", event_id=ids[1])])
    assert {r["account_id"]: r["n_events"] for r in found.tables["account"]} == {"a": 1, "b": 1}
    assert "1 events were delivered more than once" in found.report.notes


def test_events_of_different_ids_are_different_events(tmp_path):
    found = _ingested(
        tmp_path / "in", accounts=accounts("a"), events_1=[event("a", event_id="x")],
        events_2=[event("a", event_id="y")])
    assert [r["n_events"] for r in found.tables["account"]] == [2]


def _sorted(found):
    return {name: sorted(rows, key=str) for name, rows in found.tables.items()}


rows = st.lists(st.tuples(
    st.sampled_from("abcd"), st.integers(0, 23), st.sampled_from(["d1", "d2", None])), max_size=12)


@settings(max_examples=8)
@given(nights=st.lists(rows, min_size=2, max_size=4))
def test_any_cut_into_overlapping_files_is_as_one_file_of_all(tmp_path_factory, nights):
    folder = tmp_path_factory.mktemp("cut")

    def events(chosen):
        return [event(who, f"2026-05-01T{hour:02d}:00:00Z", device_id=device)
                for who, hour, device in chosen]

    parts = {f"events_{at}": [event("a"), *events(night)] for at, night in enumerate(nights)}
    cut = _ingested(folder / "cut", accounts=accounts(*"abcd"), **parts)
    every = {tuple(row.items()): row for part in parts.values() for row in part}
    whole = _ingested(folder / "whole", accounts=accounts(*"abcd"),
                      events_0=list(every.values()), events_1=[event("a")])
    turned = _ingested(folder / "turned", accounts=accounts(*"abcd"), **{
        f"events_{9 - at}": rows for at, rows in enumerate(parts.values())})
    assert _sorted(cut) == _sorted(whole) == _sorted(turned)
    shutil.rmtree(folder)
