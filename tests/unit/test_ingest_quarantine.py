"""Bad input: what is refused, where it is written, and what stops the run."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from inputs import Ingested, accounts, event, run_ingest, write_table

from linkage.errors import InputError, QualityGateError
from linkage.settings import Settings


def _with_events(tmp_path: Path, rows: list[dict[str, object]], ending: str) -> Ingested:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b"))
    write_table(tmp_path / "in" / f"events.{ending}", rows)
    return run_ingest(tmp_path / "in")


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl", "csv.gz"])
def test_bad_events_are_listed_with_file_row_and_reason(tmp_path: Path, ending: str) -> None:
    found = _with_events(tmp_path, [
        event("a", device_id="d"),
        event(None, device_id="x"),
        event("a", occurred_at="yesterday", device_id="x"),
        event("a", occurred_at=None, device_id="x"),
        event("stranger", device_id="x"),
        event("a", ip="300.1.1.1", device_id="x"),
        event("b", device_id="d"),
        event("b", ip="84.1.1.1:80", device_id="x"),
    ], ending)
    name = f"events.{ending}"
    assert found.quarantine["events"] == [
        (name, 2, "missing value", "account_id"),
        (name, 3, "unreadable instant", "occurred_at"),
        (name, 4, "missing value", "occurred_at"),
        (name, 5, "unknown account", "account_id"),
        (name, 6, "malformed ip", "ip"),
        (name, 8, "malformed ip", "ip"),
    ]
    assert found.groups("device") == {frozenset({"a", "b"})}
    assert [row["n_events"] for row in found.tables["account"]] == [1, 1]
    assert len(found.tables["activity"]) == 2
    (count,) = (c for c in found.report.tables if c.table == "events")
    assert (count.n_rows, count.n_quarantined) == (8, 6)
    assert dict(count.reasons)["malformed ip"] == 2


def test_rows_are_numbered_in_each_file(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    for name in ("1.csv", "2.csv"):
        write_table(tmp_path / "in" / "payments" / name, [
            {"account_id": "a"}, {"account_id": "nobody"},
        ])
        write_table(tmp_path / "in" / "events" / name, [event("a"), event("nobody")])
    found = run_ingest(tmp_path / "in")
    expected = [(n, 2, "unknown account", "account_id") for n in ("1.csv", "2.csv")]
    assert found.quarantine["payments"] == expected
    assert found.quarantine["events"] == expected


def test_of_duplicate_accounts_the_first_stays(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts_1.csv", [
        {"account_id": "a", "plan": "first"}, {"account_id": "b"},
    ])
    write_table(tmp_path / "in" / "accounts_2.parquet", [
        {"account_id": "c"}, {"account_id": "a", "plan": "second"},
    ])
    write_table(tmp_path / "in" / "events.csv", [event("a")])
    found = run_ingest(tmp_path / "in")
    assert found.quarantine["accounts"] == [
        ("accounts_2.parquet", 2, "duplicate account", "account_id")
    ]
    assert found.tables["account"][0]["plan"] == "first"


def test_lines_that_are_not_csv_are_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", "b"))
    (tmp_path / "in" / "events.csv").write_bytes(
        b"account_id,occurred_at,device_id\n"
        b"a,2026-05-01T00:00:00Z,d\n"
        b'a,2026-05-01T00:00:00Z,"d"x\n'
        b"a,2026-05-01T00:00:00Z,caf\xe9\n"
        b"a,2026-05-01T00:00:00Z\n"
        b"a,2026-05-01T00:00:00Z,d,e\n"
        b"nobody,2026-05-01T00:00:00Z,d\n"
        b"b,2026-05-01T00:00:00Z,d\n"
    )
    found = run_ingest(tmp_path / "in")
    assert [row[1:3] for row in found.quarantine["events"]] == [
        (2, "stray quote"), (3, "not UTF-8"), (4, "too few columns"), (5, "too many columns"),
        (6, "unknown account"),
    ]
    assert found.groups("device") == {frozenset({"a", "b"})}


def test_lines_that_a_stray_quote_swallows_are_counted(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    (tmp_path / "in" / "events.csv").write_text(
        "account_id,occurred_at,device_id\n"
        'a,2026-05-01T00:00:00Z,"d\n' + "a,2026-05-01T00:00:00Z,d\n" * 9
    )
    (count,) = (c for c in run_ingest(tmp_path / "in").report.tables if c.table == "events")
    assert count.n_quarantined == count.n_rows == 10 or count.n_quarantined == 11


def test_past_the_gate_the_run_stops_and_says_why(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    write_table(tmp_path / "in" / "events.csv", [event("a")] * 98 + [event("x"), event(None)])
    with pytest.raises(QualityGateError, match=r"2 of 100 rows of events are bad \(2\.0%"):
        run_ingest(tmp_path / "in", settings=Settings(max_bad_rows=0.01))
    lenient = Settings(max_bad_rows=0.02)
    assert run_ingest(tmp_path / "in", settings=lenient).report.n_quarantined == 2


def test_the_quarantine_holds_no_value(tmp_path: Path) -> None:
    _with_events(tmp_path, [
        event("a", ip="secret-ip", prompt="secret prompt", device_id="secret device"),
        event("secret-account"),
    ], "csv")
    for path in (tmp_path / "in-quarantine").iterdir():
        assert "secret" not in path.read_text()


@pytest.mark.parametrize("table", ["accounts", "events"])
def test_a_truncated_parquet_file_is_one_error(tmp_path: Path, table: str) -> None:
    write_table(tmp_path / "in" / "accounts.parquet", accounts("a"))
    write_table(tmp_path / "in" / "events.parquet", [event("a")])
    path = tmp_path / "in" / f"{table}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=f"cannot read .*{table}.parquet"):
        run_ingest(tmp_path / "in")


def test_a_damaged_page_is_one_error_that_names_the_file(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.parquet", accounts("a"))
    for n in (1, 2):
        write_table(tmp_path / "in" / f"events_{n}.parquet",
                    [event("a", device_id=str(i) * 20) for i in range(2000)])
    path = tmp_path / "in" / "events_2.parquet"
    data = bytearray(path.read_bytes())
    offset = pq.read_metadata(path).row_group(0).column(2).dictionary_page_offset
    data[offset:offset + 200] = b"\xff" * 200
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"cannot read .*events_2\.parquet"):
        run_ingest(tmp_path / "in")


def test_a_cut_off_gzip_file_is_one_error(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    path = write_table(tmp_path / "in" / "events.csv.gz",
                       [event("a", device_id=str(i * 7919)) for i in range(20000)])
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputError, match=r"cannot read .*events\.csv\.gz"):
        run_ingest(tmp_path / "in")


@pytest.mark.parametrize("data", [b"", b"\xff\xfea\x00c\x00"])
def test_a_csv_file_without_a_readable_header_is_one_error(tmp_path: Path, data: bytes) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    (tmp_path / "in" / "events.csv").write_bytes(data)
    with pytest.raises(InputError, match=r"cannot read .*events\.csv"):
        run_ingest(tmp_path / "in")


def test_a_table_without_rows_is_no_error(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a"))
    (tmp_path / "in" / "events.csv").write_text("account_id,occurred_at\n")
    (tmp_path / "in" / "payments.jsonl").write_text("")
    found = run_ingest(tmp_path / "in")
    assert found.tables["account"][0]["n_events"] == 0
    assert found.tables["activity"] == []


def test_accounts_without_rows_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "accounts.csv").write_text("account_id\n")
    write_table(tmp_path / "in" / "events.csv", [event("a")])
    with pytest.raises(InputError, match="no usable row"):
        run_ingest(tmp_path / "in")


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_a_prompt_of_ten_megabytes_is_a_prompt(tmp_path: Path, ending: str) -> None:
    found = _with_events(tmp_path, [
        event("a", prompt="word " * 2_000_000, device_id="d"), event("b", device_id="d"),
    ], ending)
    assert found.report.n_quarantined == 0
    assert found.groups("device") == {frozenset({"a", "b"})}


@pytest.mark.parametrize("text", [
    "2026-05-01T10:00:00Z", "2026-05-01T12:00:00+02:00", "2026-05-01 12:00:00 +0200",
    "2026-05-01T04:30:00-05:30", "2026-05-01 10:00:00", "2026-05-01t10:00:00.000000000z",
    "20260501T100000Z", "1777629600", "1777629600000", "1777629600.0", " 2026-05-01T10:00:00Z ",
])
def test_an_instant_may_be_spelt_in_many_ways(tmp_path: Path, text: str) -> None:
    found = _with_events(tmp_path, [event("a", occurred_at=text), event("a")], "csv")
    assert found.report.n_quarantined == 0
    row = found.tables["account"][0]
    assert row["first_event_at"] == row["last_event_at"] == datetime(2026, 5, 1, 10)


@pytest.mark.parametrize("value", [
    datetime(2026, 5, 1, 10), datetime(2026, 5, 1, 10, tzinfo=UTC), 1777629600, 1777629600000,
    1777629600.0,
])
def test_parquet_may_hold_instants_or_epochs(tmp_path: Path, value: object) -> None:
    found = _with_events(tmp_path, [event("a", occurred_at=value)], "parquet")
    assert found.tables["account"][0]["first_event_at"] == datetime(2026, 5, 1, 10)


@pytest.mark.parametrize(
    "text", ["20260501", "infinity", "0", "2026-13-01", "soon", "1e300", "nan"]
)
def test_nonsense_is_no_instant(tmp_path: Path, text: str) -> None:
    found = _with_events(tmp_path, [event("a", occurred_at=text)], "csv")
    assert found.quarantine["events"][0][2] == "unreadable instant"


def test_a_bad_network_is_quarantined(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "networks.csv", [
        {"cidr": "84.1.0.0/16", "kind": "vpn"}, {"cidr": "84.1.0.0/99", "kind": "vpn"},
        {"cidr": "x'y", "kind": "vpn"},
    ])
    found = _with_events(tmp_path, [event("a", ip="84.1.1.1")], "csv")
    assert [row[1:] for row in found.quarantine["networks"]] == [
        (2, "bad cidr", "cidr"), (3, "bad cidr", "cidr"),
    ]
    assert found.tables["account"][0]["n_datacenter_events"] == 1


def test_events_from_before_the_account_are_noted_not_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "in" / "accounts.csv", accounts("a", created_at="2026-06-01"))
    write_table(tmp_path / "in" / "events.csv", [event("a")])
    report = run_ingest(tmp_path / "in").report
    assert report.n_quarantined == 0
    assert any("before they were made" in note for note in report.notes)
