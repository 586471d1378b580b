"""Kinds that only describe accounts: what is left out, what stays, and who is told."""

from inputs import accounts, run_ingest, write_table

from linkage.own_data import KindSettings
from linkage.settings import Settings

MANY = [f"a{n:03}" for n in range(120)]


def _world(folder):
    write_table(folder / "accounts.csv", accounts(*MANY))
    rows = [
        {"account_id": who, "kind": "timezone", "value": ("Europe/Rome", "Asia/Tokyo")[at % 2]}
        for at, who in enumerate(MANY)
    ] + [
        {"account_id": who, "kind": "wallet", "value": f"w{at // 3}"}
        for at, who in enumerate(MANY)
    ] + [
        {"account_id": who, "kind": "locker", "value": "one"} for who in MANY[:25]
    ]
    write_table(folder / "identifiers.csv", rows)
    return folder


def _kinds(found):
    return {row["kind"] for row in found.tables["identifier"]}


def test_a_kind_of_few_values_that_most_accounts_hold_links_none_and_is_noted(tmp_path):
    found = run_ingest(_world(tmp_path))
    # Few hold "locker": it may be one operator's, though it has a single value.
    assert _kinds(found) == {"wallet", "locker"}
    [note] = [note for note in found.report.notes if "timezone" in note]
    assert note.startswith("timezone has 2 values for 120 accounts")


def test_a_kind_that_the_settings_speak_of_stays(tmp_path):
    settings = Settings(kinds={"timezone": KindSettings(is_qualifier=True)})
    assert "timezone" in _kinds(run_ingest(_world(tmp_path), settings=settings))
