"""Where input files may be, what they may be called, and what columns they may have."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inputs import accounts, event, run_ingest, write_table

from linkage.errors import InputError
from linkage.own_data import TableMapping
from linkage.settings import Settings

EVENTS = [event("a", device_id="d1"), event("b", device_id="d1")]
ENDINGS = ("parquet", "csv", "csv.gz", "csv.zst", "jsonl", "jsonl.gz", "jsonl.zst")
TOGETHER = {frozenset({"a", "b"})}


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_gives_the_same_tables(tmp_path: Path, ending: str) -> None:
    write_table(tmp_path / "in" / f"accounts.{ending}", accounts("a", "b"))
    write_table(tmp_path / "in" / f"events.{ending}", EVENTS)
    found = run_ingest(tmp_path / "in")
    assert found.groups("device") == TOGETHER
    assert [row["n_events"] for row in found.tables["account"]] == [1, 1]


@pytest.mark.parametrize("name", [
    "events_2026.csv", "events/part-0.parquet", "events/deep/er/part.jsonl.gz",
    "events/date=2026-05-01/part.parquet", "events/date=2026-05-01/part.csv",
])
def test_a_table_may_be_a_file_a_prefix_or_a_folder(tmp_path: Path, name: str) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b"))
    write_table(tmp_path / "in" / name, EVENTS)
    write_table(tmp_path / "in" / "events" / "_temporary" / "part.parquet", EVENTS)
    found = run_ingest(tmp_path / "in")
    assert found.groups("device") == TOGETHER
    assert sum(row["n_events"] for row in found.tables["account"]) == 2


def test_formats_mix_in_one_table_by_column_name(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b", "c"))
    write_table(tmp_path / "in" / "events_1.parquet", [event("a", device_id="d", ip="84.1.1.1")])
    write_table(tmp_path / "in" / "events_2.csv", [{"device_id": "d", **event("b")}])
    write_table(tmp_path / "in" / "events_3.jsonl", [event("c", ip="84.1.1.1", other=[1])])
    found = run_ingest(tmp_path / "in")
    assert found.groups("device") == TOGETHER
    assert found.groups("ip") == {frozenset({"a", "c"})}


def test_a_column_may_come_from_folder_names(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b"))
    for kind in ("coupon", "wallet"):
        write_table(tmp_path / "in" / "identifiers" / f"kind={kind}" / "x.csv", [
            {"account_id": "a", "value": "v"}, {"account_id": "b", "value": "v"},
        ])
    found = run_ingest(tmp_path / "in")
    assert found.groups("coupon") == found.groups("wallet") == TOGETHER


def test_a_users_own_names_map_onto_the_contract(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "users.csv", [
        {"Uid": "a", "wallet": "w"}, {"Uid": "b", "wallet": "w"},
    ])
    mapped = Settings(tables={
        "accounts": (TableMapping("users", {"account_id": "Uid"}),),
        "identifiers": (TableMapping("users", {"account_id": "Uid", "value": "wallet"},
                                     {"kind": "Funding Wallet"}),),
    })
    assert run_ingest(tmp_path / "in", settings=mapped).groups("funding_wallet") == TOGETHER


def test_odd_path_and_column_names_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "it's [1] *"
    write_table(folder / "accounts.csv", accounts("a", "b", **{"odd\" 'name": 1}))
    write_table(folder / "events.parquet", [{**row, "x\"y": 1} for row in EVENTS])
    assert run_ingest(folder).groups("device") == TOGETHER


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b", plan="x"))
    path.write_text("\ufeff" + path.read_text().replace(",", delimiter), encoding="utf-8")
    write_table(tmp_path / "in" / "events.csv", EVENTS)
    assert run_ingest(tmp_path / "in").groups("device") == TOGETHER


def test_a_missing_required_column_is_named_with_a_guess(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", [{"Account_ID": "a"}])
    write_table(tmp_path / "in" / "events.csv", EVENTS)
    with pytest.raises(InputError, match=r"accounts\.csv has no column account_id") as caught:
        run_ingest(tmp_path / "in")
    assert "did you mean Account_ID?" in caught.value.fix


@pytest.mark.parametrize(("names", "problem"), [
    (("events.csv",), "no accounts table"),
    (("accounts.csv",), "accounts came alone"),
    ((), "no accounts table"),
])
def test_a_missing_table_is_one_error(tmp_path: Path, names: tuple[str, ...], problem: str) -> None:
    (tmp_path / "in").mkdir()
    for name in names:
        write_table(tmp_path / "in" / name, EVENTS)
    with pytest.raises(InputError, match=problem):
        run_ingest(tmp_path / "in")


def test_a_place_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"input not found: .*nowhere"):
        run_ingest(tmp_path / "nowhere")


def test_files_are_listed_with_size_and_checksum(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    write_table(tmp_path / "in" / "events.csv", EVENTS[:1])
    files = run_ingest(tmp_path / "in").report.files
    assert [(Path(f.path).name, f.table, f.n_bytes) for f in files] == [
        ("accounts.csv", "accounts", 13), ("events.csv", "events", 59),
    ]
    assert len({f.sha256 for f in files}) == 2


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_instants_may_come_in_any_unit(
    tmp_path: Path, unit: str, zone: str | None
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    born = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    seconds = pa.array([int(born.timestamp())] * 2).cast(pa.timestamp("s"))
    when = seconds.cast(pa.timestamp("s", zone and "UTC")).cast(pa.timestamp(unit, zone))
    pq.write_table(
        pa.table({"account_id": ["a", "b"], "created_at": when}), folder / "accounts.parquet")
    write_table(folder / "events.csv", EVENTS)
    found = run_ingest(folder)
    assert [row["created_at"].replace(tzinfo=UTC) for row in found.tables["account"]] == [born] * 2
