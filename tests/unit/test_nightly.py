"""The nightly job: what it does once, what it keeps live, and what holds it back."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from desks import Desk, new_desk
from worlds import TABLES, digests, read

from linkage.cli import cli
from linkage.errors import InputError, LockedError, SettingsError
from linkage.nightly import Night, NightlySettings, load_nightly, plan
from linkage.nightly import journal as journals
from linkage.nightly import night as nights
from linkage.rings.read import read_manifest


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A desk after its first night."""
    desk = new_desk(tmp_path_factory.mktemp("done") / "desk")
    desk.go()
    return desk


@pytest.fixture
def desk(done, tmp_path):
    """A copy of that desk."""
    shutil.copytree(done.folder, tmp_path / "desk")
    return Desk(tmp_path / "desk")


def test_a_night_publishes_rings_logs_each_stage_and_tells_monitors(done):
    assert {f"{name}.parquet" for name in TABLES} <= {one.name for one in done.out.iterdir()}
    said = [(one["event"], one.get("stage")) for one in done.lines()]
    assert said == [("begin", None), ("stage begins", "run"), ("stage ends", "run"),
                    ("stage begins", "gates"), ("stage ends", "gates"),
                    ("stage begins", "publish"), ("stage ends", "publish"),
                    ("stage begins", "finish"), ("stage ends", "finish"), ("end", None)]
    metrics = done.metrics()
    assert metrics["linkage_night_exit_code"] == "0"
    assert int(metrics["linkage_rings"]) == len(read(done.out, "rings"))
    assert int(metrics['linkage_input_rows{table="accounts"}']) == 30
    assert not list((done.folder / "state" / "tonight").iterdir())
    manifest = read_manifest(done.out)
    assert (manifest["gates"]["open"], manifest["gates"]["closed"]) == (True, [])
    assert manifest["drift"] == []


def test_a_night_without_news_does_nothing(desk):
    before = digests(desk.out), (desk.out / "manifest.json").read_text()
    result = desk.go()
    assert (result.exit_code, result.did) == (0, ())
    assert "nothing new" in result.message
    assert (digests(desk.out), (desk.out / "manifest.json").read_text()) == before


def test_what_arrives_is_run_with_what_was_there_and_rings_keep_their_ids(desk):
    before = {row["ring_id"] for row in read(desk.out, "rings")}
    desk.arrive()
    result = desk.go()
    rings = read(desk.out, "rings")
    assert before <= {row["ring_id"] for row in rings}
    # How the ring took the newcomers is the engine's affair; that it is known again is ours.
    assert not {row["lineage"] for row in rings if row["ring_id"] in before} & {"new", "split"}
    assert len(result.message.splitlines()) <= 8
    assert f"{len(rings)} rings live" in result.message


def test_the_order_in_which_files_arrive_changes_no_table(desk, tmp_path):
    other = new_desk(tmp_path / "other")
    desk.arrive("second")
    desk.arrive("third", first=60, n=3)
    desk.go()
    other.arrive("third", first=60, n=3)
    other.go()
    other.arrive("second")
    other.go()
    for one in ("members", "evidence"):
        ours, theirs = (
            [{k: v for k, v in row.items() if k != "ring_id"} for row in read(at.out, one)]
            for at in (desk, other))
        assert sorted(ours, key=str) == sorted(theirs, key=str)


def test_a_file_delivered_again_under_another_name_counts_once(desk):
    before = digests(desk.out)
    shutil.copytree(desk.drop / "first", desk.drop / "again")
    result = desk.go()
    assert result.exit_code == 0
    assert digests(desk.out) == before


TWICE = """
[[tables.identifiers]]
source = "users"
columns = {value = "phone"}
constants = {kind = "phone_seen"}
[[tables.identifiers]]
source = "users"
columns = {value = "token"}
constants = {kind = "token_seen"}
"""
REMAPPED = """
[[tables.links]]
source = "users"
columns = {account_id_l = "account_id", account_id_r = "token"}
constants = {kind = "referral"}
"""


def test_a_file_that_feeds_a_table_twice_counts_twice_until_it_feeds_another(desk):
    told = desk.config.read_text()
    users = desk.drop / "first" / "users.csv"
    users.write_text("account_id,phone,token\n" + "".join(
        f"acct-{at:02d},+4915112345{at % 4},acct-{at + 1:02d}\n" for at in range(10)))
    desk.config.write_text(told + TWICE)

    def rows() -> list[int]:
        assert desk.go().exit_code == 0
        counted = desk.metrics()
        return [int(counted.get(f'linkage_input_rows{{table="{name}"}}', 0))
                for name in ("identifiers", "links")]

    assert rows() == [20, 0]
    # Both count too when the file is gone, and come back as one when it feeds another table.
    users.rename(desk.folder / "users.csv")
    desk.arrive()
    assert rows() == [20, 0]
    (desk.folder / "users.csv").rename(users)
    desk.config.write_text(told + REMAPPED)
    assert rows() == [0, 10]


def test_a_closed_gate_says_which_number_moved_and_last_nights_rings_stay_live(desk):
    before = digests(desk.out)
    desk.arrive(n=200, first=100, device="flood")
    held = desk.command()
    assert held.returncode == 4
    assert "gate rows: rows of accounts went from 30 to 230" in held.stdout
    assert "--accept" in held.stderr
    assert digests(desk.out) == before
    assert desk.metrics()['linkage_gate_closed{gate="rows"}'] == "1"
    again = desk.go()
    assert (again.exit_code, again.did) == (4, ())
    (waiting,) = (desk.folder / "state" / "tonight").glob("*/out")
    assert not read_manifest(waiting)["gates"]["open"]
    accepted = desk.go(accept=True)
    assert accepted.exit_code == 0
    assert digests(desk.out) != before
    told = read_manifest(desk.out)
    assert told["gates"]["accepted"]
    assert "rows of accounts went from 30 to 230" in {o["what"] for o in told["gates"]["closed"]}
    assert {"what": "rows of accounts", "usual": "30", "tonight": "230"} in told["drift"]
    assert "rows of accounts went from 30 to 230" in (desk.out / "report.html").read_text()
    assert "linkage_gate_closed" not in (desk.folder / "linkage.prom").read_text()


def test_a_night_held_back_leaves_no_trace_in_the_ids(desk):
    before = {row["ring_id"] for row in read(desk.out, "rings")}
    desk.arrive(n=200, first=100, device="flood")
    assert desk.go().exit_code == 4
    shutil.rmtree(desk.drop / "second")
    assert desk.go().exit_code == 0
    assert {row["ring_id"] for row in read(desk.out, "rings")} == before


def test_a_second_start_leaves_with_6_or_waits(desk):
    lock = desk.folder / "state" / ".nightly.lock"
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert desk.command().returncode == 6
        waiting = Night(load_nightly(desk.config))
        object.__setattr__(waiting._told, "wait_minutes", 0.02)
        begun = time.monotonic()
        with pytest.raises(LockedError):
            waiting.go()
        assert time.monotonic() - begun >= 1
    assert desk.command().returncode == 0


def test_a_dry_run_tells_what_is_new_and_writes_nothing(desk):
    desk.arrive()
    before = {path: path.stat().st_mtime_ns for path in desk.folder.rglob("*")}
    result = CliRunner().invoke(cli, ["nightly", "--config", str(desk.config), "--dry-run"])
    assert result.exit_code == 0
    assert result.stdout.startswith("6 files, 3 of them new")
    assert "would do: run, gates, publish, finish" in result.stdout
    assert {path: path.stat().st_mtime_ns for path in desk.folder.rglob("*")} == before
    assert plan(load_nightly(desk.config)).arrived.gone == ()


# Verbs that follow


@pytest.fixture
def verbs(desk, monkeypatch):
    """Ask for both verbs, and have them answered by a note of how they were called."""
    with desk.config.open("a") as file:
        file.write('[neo4j]\nuri = "bolt://graph:7687"\n[export]\nto = "lists"\n')
    calls, codes = [], {"load": 0, "export": 0}

    def called(command, **_):
        calls.append(command[3:])
        return subprocess.CompletedProcess(command, codes[command[3]])

    monkeypatch.setattr(nights.subprocess, "run", called)
    return calls, codes


def test_load_then_export_follow_and_are_called_as_the_contract_says(desk, verbs):
    desk.arrive()
    assert desk.go().did == ("run", "gates", "publish", "load", "export", "finish")
    load, export = verbs[0]
    assert load == ["load", str(desk.out), "--uri", "bolt://graph:7687"]
    assert export[:4] == ["export", str(desk.out), "--to", str(desk.folder / "lists")]


def test_a_verb_that_fails_is_tried_again_and_nothing_else_is(desk, verbs):
    calls, codes = verbs
    desk.arrive()
    codes["load"] = 5
    result = desk.go()
    assert (result.exit_code, result.did) == (5, ("run", "gates", "publish", "export"))
    calls.clear()
    assert desk.go().exit_code == 5
    codes["load"] = 0
    last = desk.go()
    assert (last.exit_code, last.did) == (0, ("load", "finish"))
    assert {call[0] for call in calls} == {"load"}


def test_files_of_a_published_night_count_though_a_verb_failed_and_they_went(desk, verbs):
    codes = verbs[1]
    codes["export"] = 5
    desk.arrive()
    assert desk.go().exit_code == 5
    shutil.rmtree(desk.drop / "second")
    codes["export"] = 0
    desk.arrive("third", first=60, n=1)
    assert desk.go().exit_code == 0
    assert desk.metrics()['linkage_input_rows{table="accounts"}'] == "39"


# What goes wrong outside


def test_what_was_published_and_is_gone_is_made_again(desk):
    before = digests(desk.out)
    shutil.rmtree(desk.out)
    result = desk.go()
    assert (result.exit_code, result.did) == (0, ("run", "gates", "publish", "finish"))
    assert digests(desk.out) == before


def test_a_night_that_reads_every_file_keeps_what_is_known_of_those_that_are_gone(
    desk, monkeypatch
):
    (desk.drop / "first" / "payments.csv").rename(desk.folder / "aside.csv")
    desk.arrive()
    assert desk.go().exit_code == 0
    counted = desk.metrics()['linkage_input_rows{table="payments"}']
    with monkeypatch.context() as patched:
        # As with semantic, without its model.
        patched.setattr(NightlySettings, "knows", False)
        desk.arrive("third", first=60, n=3)
        assert desk.go(accept=True).exit_code == 0
        assert desk.metrics()['linkage_input_rows{table="payments"}'] == "11"
    desk.arrive("fourth", first=80, n=3)
    assert desk.go(accept=True).exit_code == 0
    assert desk.metrics()['linkage_input_rows{table="payments"}'] == str(int(counted) + 6)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_ends_with_3_and_the_next_night_makes_up(desk, monkeypatch, code):
    before = digests(desk.out)
    desk.arrive()
    with monkeypatch.context() as broken:
        def refuse(*_, **__):
            raise OSError(code, os.strerror(code))

        broken.setattr(nights.shutil, "copytree", refuse)
        with pytest.raises(InputError, match=os.strerror(code)):
            desk.go()
    assert digests(desk.out) == before
    assert desk.lines()[-1]["exit_code"] == 3
    assert desk.metrics()["linkage_night_exit_code"] == "3"
    assert desk.go().did == ("publish", "finish")
    assert digests(desk.out) != before


def test_no_room_for_the_journal_is_one_clear_error(desk, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    desk.arrive()
    monkeypatch.setattr(journals.os, "replace", refuse)
    with pytest.raises(InputError, match=r"cannot write .*night.json: No space left"):
        desk.go()


class Clock(datetime):
    """A clock that a test sets."""

    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    @classmethod
    def now(cls, tz=None):
        return cls.at.astimezone(tz)


@pytest.mark.parametrize("hours", [-24 * 400, 0])
def test_runs_are_named_in_order_though_the_clock_jumps(desk, monkeypatch, hours):
    first = json.loads((desk.out / "manifest.json").read_text())["run_id"]
    named = datetime.strptime(first, nights.RUN_ID).replace(tzinfo=UTC)
    monkeypatch.setattr(nights, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", named + timedelta(hours=hours))
    desk.arrive()
    assert desk.go().exit_code == 0
    assert json.loads((desk.out / "manifest.json").read_text())["run_id"] > first


@pytest.mark.parametrize("zone", ["America/New_York"])
def test_daylight_saving_moves_no_event_and_no_ring(done, tmp_path, zone):
    desk = new_desk(tmp_path / "desk")
    result = subprocess.run(
        [sys.executable, "-m", "linkage", "nightly", "--config", desk.config],
        env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert digests(desk.out) == digests(done.out)


def test_a_log_line_that_a_kill_cut_off_stays_alone_on_its_line(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"at": "2026')
    journals.EventLog(log, "n").say("begin")
    torn, whole = log.read_text().splitlines()
    assert json.loads(whole)["event"] == "begin"
    assert torn == '{"at": "2026'


@pytest.mark.parametrize(("text", "word"), [
    ("", "inputs"), ('[nightly]\ninputs = ["a"]\nout = "o"\n', "state"),
    ('[nightly]\ninputs = ["a"]\nout = "o"\nstate = "s"\nsleep = 3\n', "sleep"),
    ('[nightly]\ninputs = ["a"]\nout = "o"\nstate = "s"\n[gates]\nrings = -1\n', "rings"),
    ('[nightly]\ninputs = ["a"]\nout = "o"\nstate = "s"\nwait_minutes = "x"\n', "wait_minutes"),
])
def test_settings_that_make_no_sense_are_named(tmp_path, text, word):
    (tmp_path / "linkage.toml").write_text(text)
    with pytest.raises(SettingsError, match=word):
        load_nightly(tmp_path / "linkage.toml")


# Examples


EXAMPLES = Path(__file__).parents[2] / "fixtures" / "nightly"


def test_the_example_settings_are_settings_and_every_scheduler_calls_the_verb(tmp_path):
    shutil.copy(EXAMPLES / "linkage.toml", tmp_path)
    told = load_nightly(tmp_path / "linkage.toml")
    assert told.state == tmp_path / "rings" / "state"
    assert told.wait_minutes == 10
    for name in ("crontab", "linkage.service", "airflow_dag.py"):
        assert "linkage nightly --config /etc/linkage/linkage.toml" in (EXAMPLES / name).read_text()
    compile((EXAMPLES / "airflow_dag.py").read_text(), "airflow_dag.py", "exec")
