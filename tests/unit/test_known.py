"""What the state knows: nothing readable, whole after any kill, ageing, forgetting."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deliveries import Job
from inputs import accounts, event, known_files, run_ingest, write_table
from worlds import digests, read, run, tiny_world

from linkage.errors import InputError, SettingsError
from linkage.forget import Places, forget
from linkage.forget.everywhere import find
from linkage.ingest import ingest
from linkage.ingest import known as knowns
from linkage.ingest.aging import accounts_in_known, forget_in_known
from linkage.ingest.known import Known, KnownFiles, keep_only
from linkage.ingest.sketches import Sketcher
from linkage.nightly import load_nightly
from linkage.profile import CAPABILITIES, capabilities_of
from linkage.settings import Settings
from linkage.store import Store

SECRETS = (
    "dev-4711-secret", "84.17.9.201", "2a00:1450:4001:82a", "Mozilla/5.0 (Secret)", "ja3-secret",
    "sess-secret", "write me a sonnet about the harbour", "you are a secret system prompt",
    "someone.secret@corp.example", "+4915112345678", "card-secret-1", "acct-secret-1",
    "api-key-secret",
)


def _secret_world(folder: Path) -> list[Path]:
    """Write files in which every value is one that must not be found again."""
    who = ["acct-secret-1", *(f"acct-{at}" for at in range(12))]
    prompt = "Please write me a sonnet about the harbour and the ships that come in at night now"
    write_table(folder / "accounts.csv", [
        {"account_id": one, "created_at": "2026-05-01T00:00:00Z",
         "email": f"someone.secret@corp.example{at}", "phone": "+4915112345678"}
        for at, one in enumerate(who)])
    write_table(folder / "events_1.parquet", [
        event(one, f"2026-05-20T0{at % 10}:00:00Z", ip=ip, device_id="dev-4711-secret",
              user_agent="Mozilla/5.0 (Secret)", tls_fingerprint="ja3-secret",
              session_id="sess-secret", prompt=prompt,
              system_prompt="you are a secret system prompt for the review of harbour sonnets")
        for at, one in enumerate(who) for ip in ("84.17.9.201", "2a00:1450:4001:82a::7")])
    write_table(folder / "payments.csv", [
        {"account_id": one, "paid_at": "2026-05-21T00:00:00Z", "instrument_id": "card-secret-1"}
        for one in who])
    write_table(folder / "identifiers.jsonl", [
        {"account_id": one, "kind": "key", "value": "api-key-secret"} for one in who])
    return sorted(folder.iterdir())


def _readable(state: Path) -> bytes:
    """Return every byte of a state folder, and every text of Parquet that opens without a key."""
    found = []
    for path in (p for p in state.rglob("*") if p.is_file() and p.name != "key"):
        found.append(path.read_bytes())
        if path.suffix == ".parquet":
            try:
                table = pq.read_table(path, partitioning=None)
            except (OSError, pa.ArrowException):
                continue
            found.append(repr(table.to_pydict()).encode())
    return b"\n".join(found)


def test_nothing_in_the_state_can_be_read_without_the_key(tmp_path):
    job = Job(tmp_path / "job")
    assert job.night(_secret_world(tmp_path / "in")).exit_code == 0
    known = job.state / "known"
    assert len(list(known.glob("*/rows.parquet"))) == 4
    readable = _readable(known)
    for secret in SECRETS:
        assert secret.encode() not in readable, secret
    for secret in SECRETS:
        # The rings of the last night name their members, as their own table does.
        if not secret.startswith("acct"):
            assert secret.encode() not in _readable(job.state), secret


def test_a_kept_number_is_no_hash_that_others_could_match(tmp_path):
    job = Job(tmp_path / "job")
    job.night(_secret_world(tmp_path / "in"))
    with Store(tmp_path / "work", memory_limit_mb=200, threads=1) as store:
        code = int(store.scalar("select hash('dev-4711-secret')"))
    every = b"".join(p.read_bytes() for p in (job.state / "known").rglob("*") if p.is_file())
    assert code.to_bytes(8, "little") not in every
    assert str(code).encode() not in every


def test_another_key_is_refused_in_one_error(tmp_path):
    job = Job(tmp_path / "job")
    files = _secret_world(tmp_path / "in")
    job.night(files)
    before = digests(job.out)
    (job.state / "key").write_text("another key of sixteen bytes or more\n")
    write_table(tmp_path / "more" / "events_2.csv", [event("acct-1")])
    with pytest.raises(SettingsError, match="was written with another key"):
        job.night([tmp_path / "more" / "events_2.csv"])
    assert digests(job.out) == before


@pytest.fixture
def two_nights(tmp_path):
    """A job after one night, the files of the second, and what it should find."""
    tiny = tiny_world(tmp_path / "tiny")
    late = write_table(tmp_path / "late" / "events_late.csv", [
        event(f"acct-0{at}", f"2026-05-2{at % 3}T0{at}:00:00Z", ip=f"84.{at}.7.9", device_id="late",
              prompt=f"hello there {at}") for at in range(9)])
    job = Job(tmp_path / "job")
    job.night(sorted(tiny.iterdir()))
    job.forget_rings()
    (tmp_path / "all").mkdir()
    for file in (*tiny.iterdir(), late):
        shutil.copy(file, tmp_path / "all" / file.name)
    whole = run(tmp_path / "all", tmp_path / "whole", overlapping=True, max_bad_rows=1.0)
    return job, late, whole


KILLED = """
import os, signal, sys
from pathlib import Path
from deliveries import Job
import pyarrow.dataset, linkage.nightly.night
from linkage.ingest import folded_events
folded_events.N_LATEST, folded_events.MANY_FILES = 0, 1
left = [int(sys.argv[2])]
def count(event, arguments):
    if event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "open") and \\
            "/known" in str(arguments[0]):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
Job(Path(sys.argv[1])).go()
"""


def test_a_night_that_is_killed_anywhere_ends_the_same(two_nights, tmp_path):
    job, late, whole = two_nights
    shutil.copy(late, job.drop / late.name)
    n_killed = 0
    # Reading the key and the entries, making the folder, writing, renaming, the same of sums, and
    # the end.
    for step in (2, 6, 9, 11, 12, 13, 20, 26, 30, 34, 38, 60):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(job.folder), str(step)], check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True)
        n_killed += killed.returncode == -signal.SIGKILL
    assert n_killed >= 5
    assert job.go().exit_code == 0
    assert digests(job.out) == digests(whole)
    assert not [p for p in (job.state / "known").iterdir() if p.name.startswith(".")]
    assert len(list((job.state / "known").glob("*/entry.json"))) == 4


@pytest.mark.parametrize("table", ["rows", "spelling", "entry"])
def test_a_damaged_entry_is_read_again_or_named(two_nights, table, caplog):
    job, late, whole = two_nights
    (entry,) = [p for p in (job.state / "known").iterdir() if (p / "spelling.parquet").exists()]
    path = entry / (f"{table}.parquet" if table != "entry" else "entry.json")
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data if table != "entry" else data[:20])
    with pytest.raises(InputError) as caught:
        job.night([late])
    assert str(entry) in caught.value.problem
    assert "bring" in caught.value.fix
    if table == "entry":
        return
    # Where the file is there, nobody needs to do anything.
    shutil.copy(late.parent.parent / "tiny" / "events.csv", job.drop / "events.csv")
    assert job.night([late]).exit_code == 0
    assert "it is read again" in caplog.text
    assert digests(job.out) == digests(whole)


def test_a_changed_file_of_the_same_name_replaces_the_old_one(two_nights, tmp_path):
    job, late, _ = two_nights
    job.night([late])
    write_table(late, [event("acct-05", device_id="other")])
    shutil.copy(late, tmp_path / "all" / late.name)
    whole = run(tmp_path / "all", tmp_path / "whole", overlapping=True, max_bad_rows=1.0,
                replace=True)
    job.forget_rings()
    job.night([late])
    assert digests(job.out) == digests(whole)
    assert len(list((job.state / "known").glob("*/entry.json"))) == 4


def test_a_night_reads_nothing_that_it_knows(two_nights, monkeypatch):
    job, late, _ = two_nights
    read_files = []
    before = knowns.Known.write
    monkeypatch.setattr(knowns.Known, "write", lambda self, fill, **more: (
        read_files.append(fill), before(self, fill, **more))[1])
    job.night([late])
    assert len(read_files) == 1


def _retained(days: int, job: Job) -> None:
    """Let rows age out."""
    job.config.write_text(job.config.read_text() + f"[retention]\ndays = {days}\n")


def test_rows_age_out_as_if_they_had_never_been_there(tmp_path):
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts(*"abcd"))
    rows = [event(who, f"2026-05-{day:02d}T00:00:00Z", ip="84.1.7.9", device_id=f"dev{day}",
                  prompt=f"write a function that sorts {day} lists of numbers for me please now")
            for who in "abcd" for day in (1, 10, 20, 21)]
    write_table(folder / "events_1.csv", rows)
    write_table(folder / "events_2.parquet", [event("a", "2026-05-31T00:00:00Z")])
    write_table(folder / "payments.csv", [
        {"account_id": who, "paid_at": f"2026-05-{day}", "instrument_id": f"card{day}"}
        for who in "ab" for day in (10, 30)])
    settings = Settings(max_bad_rows=1.0, overlapping=True)
    known = known_files(folder, tmp_path / "known", retention_days=11)
    found = run_ingest(folder, settings=settings, known=known)
    young = tmp_path / "young"
    shutil.copytree(folder, young)
    write_table(young / "events_1.csv", [row for row in rows if "-05-2" in row["occurred_at"]])
    write_table(young / "payments.csv", [
        {"account_id": who, "paid_at": "2026-05-30", "instrument_id": "card30"} for who in "ab"])
    whole = run_ingest(young, settings=settings)
    assert {name: sorted(rows, key=str) for name, rows in found.tables.items()} == {
        name: sorted(rows, key=str) for name, rows in whole.tables.items()}
    assert found.report.tables == whole.report.tables
    # The rows are still there until a night is published without them.
    keep_only(tmp_path / "known", {file.entry for file in known.files})
    store = Known(tmp_path / "known", b"a key of sixteen bytes or more")
    texts = [row["text"] for entry in store.entries() if entry.table == "events"
             for row in store.vault(entry).read("spelling").to_pylist()]
    assert {"dev20", "dev21"} <= set(texts)
    assert not {"dev1", "dev10"} & set(texts)


def _aged(tmp_path: Path) -> tuple[KnownFiles, Path]:
    """Return what a night counts of a file that is half too old."""
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts("a", "b"))
    write_table(folder / "events_1.csv", [event("a", "2026-05-01"), event("a", "2026-05-20")])
    write_table(folder / "events_2.csv", [event("b", "2026-05-30")])
    return known_files(folder, tmp_path / "known", retention_days=11), folder


def _n_events(known: KnownFiles, folder: Path) -> list[int]:
    found = run_ingest(folder, settings=Settings(overlapping=True), known=known)
    return [row["n_events"] for row in found.tables["account"]]


def test_what_a_night_left_out_as_too_old_is_back_unless_it_was_published(tmp_path):
    known, folder = _aged(tmp_path)
    assert _n_events(known, folder) == [1, 1]
    nothing_there = replace(known, files=tuple(
        replace(file, source=None) for file in known.files))
    forever = replace(nothing_there, retention_days=None)
    assert _n_events(forever, folder) == [2, 1]
    assert _n_events(nothing_there, folder) == [1, 1]
    keep_only(tmp_path / "known", {file.entry for file in known.files})
    assert _n_events(forever, folder) == [1, 1]


def test_rows_that_went_come_back_with_a_longer_retention_while_their_file_is_there(tmp_path):
    known, folder = _aged(tmp_path)
    assert _n_events(known, folder) == [1, 1]
    keep_only(tmp_path / "known", {file.entry for file in known.files})
    assert _n_events(replace(known, retention_days=90), folder) == [2, 1]


def test_to_forget_leaves_no_copy_that_only_waits_to_be_published(tmp_path):
    known, folder = _aged(tmp_path)
    assert _n_events(known, folder) == [1, 1]
    assert forget_in_known(tmp_path / "known", {"a"}, b"a key of sixteen bytes or more") > 0
    keep_only(tmp_path / "known", {file.entry for file in known.files})
    assert not accounts_in_known(tmp_path / "known", {"a"}, b"a key of sixteen bytes or more")


def test_what_another_version_wrote_is_read_again_or_refused(tmp_path):
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts("a"))
    write_table(folder / "events.csv", [event("a")])
    known = known_files(folder, tmp_path / "known")
    assert _n_events(known, folder) == [1]
    for path in (tmp_path / "known").glob("*/entry.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 0}))
    gone = replace(known, files=tuple(replace(file, source=None) for file in known.files))
    with pytest.raises(InputError, match="another version's"):
        run_ingest(folder, known=gone)
    assert _n_events(known, folder) == [1]
    assert _n_events(gone, folder) == [1]


def test_a_table_of_all_accounts_that_comes_every_day_takes_the_room_of_one(tmp_path):
    folder = tmp_path / "in"
    for day in range(6):
        write_table(folder / f"accounts_{day}.csv", accounts(*"abcdef", country=f"c{day}"))
    write_table(folder / "events.csv", [event("a")])
    rows = []

    class Counting(Store):
        def materialise(self, query, parameters=None):
            if query.name == "account_in_file":
                rows.append(self.count("raw_accounts"))
            return super().materialise(query, parameters)

    known = known_files(folder, tmp_path / "known")
    settings = Settings(overlapping=True)
    with Counting(tmp_path / "store", memory_limit_mb=500, threads=1) as store:
        report = ingest(store, [folder], settings=settings, key=b"a key of sixteen bytes or more",
                        quarantine=tmp_path / "bad", known=known)
        assert store.arrow("select distinct country from account")["country"].to_pylist() == ["c5"]
    assert rows == [6]
    assert [table.n_rows for table in report.tables if table.table == "accounts"] == [36]


def test_an_event_from_the_future_makes_nothing_old(tmp_path):
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts("a", "b"))
    write_table(folder / "events.csv", [
        event("a"), event("b"), event("b", "2199-01-01T00:00:00Z")])
    known = known_files(folder, tmp_path / "known", retention_days=90,
                        at=datetime(2026, 6, 1, tzinfo=UTC))
    found = run_ingest(folder, settings=Settings(), known=known)
    assert [row["n_events"] for row in found.tables["account"]] == [1, 2]


def test_retention_is_set_in_the_settings_of_the_job(two_nights):
    job, late, _ = two_nights
    _retained(2, job)
    assert load_nightly(job.config).retention_days == 2
    job.night([late])
    first = [row["first_event_at"] for row in read(job.out, "rings")]
    assert first
    assert min(first) >= datetime(2026, 5, 20, 8, tzinfo=UTC)
    for wrong in ("0", "true", "'long'"):
        job.config.write_text(f"[nightly]\ninputs = ['drop']\nout = 'o'\nstate = 's'\n"
                              f"[retention]\ndays = {wrong}\n")
        with pytest.raises(SettingsError, match="days"):
            load_nightly(job.config)


def test_forgetting_reaches_what_is_known_and_what_comes_later(two_nights, tmp_path):
    job, late, _ = two_nights
    places = Places(state=job.state, outs=(job.out,))
    who = {"acct-03"}
    counted = find(who, places, settings=Settings())["state"]
    assert counted["known"] == 3
    receipt, _ = forget(who, places, settings=Settings())
    assert receipt.removed["state"]["known"] == 3
    assert "known" not in find(who, places, settings=Settings()).get("state", {})
    job.night([late])
    assert "known" not in find(who, places, settings=Settings()).get("state", {})
    # As if the input had never had it.
    for file in (tmp_path / "all").iterdir():
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if "acct-03" not in line))
    whole = run(tmp_path / "all", tmp_path / "whole", overlapping=True, max_bad_rows=1.0,
                replace=True)
    assert digests(job.out) == digests(whole)


def test_numbers_of_prompts_and_cues_change_with_the_version_of_entries(tmp_path):
    """When this fails, raise ``VERSION`` in ``known.py``: old entries no longer fit."""
    texts = pa.array([
        "Please refactor the function parse_config in src/app.py so that it returns 3 values.",
        "Write a short story about a lighthouse keeper, his dog, and the long winter of 1911!",
    ])
    sketches = Sketcher(b"0123456789abcdef").sketch(texts)
    digest = [int(column.astype("uint64").sum() % (1 << 32)) for column in (
        sketches.skeleton, sketches.opening, sketches.closing, sketches.shape, sketches.bands)]
    cues = capabilities_of(texts).tolist()
    assert (knowns.VERSION, digest, cues, len(CAPABILITIES)) == (
        1, [1895789987, 2203780282, 2932725883, 0, 1985157631], [0, 7], 9)


def test_what_is_gone_and_was_never_known_is_one_error(tmp_path):
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts("a"))
    write_table(folder / "events.csv", [event("a")])
    known = known_files(folder, tmp_path / "known")
    gone = replace(known, files=tuple(replace(file, source=None) for file in known.files))
    with pytest.raises(InputError, match="nothing is known of"):
        run_ingest(folder, settings=Settings(), known=gone)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("alone", [False, True])
def test_a_file_of_prompts_is_taken_back_by_its_header(tmp_path, ending, alone):
    tiny = tiny_world(tmp_path / "tiny")
    if alone:
        (tiny / "events.csv").unlink()
    rows = [event(f"acct-{at:02d}", ip="84.1.7.9", prompt=f"sort {at} lists of numbers for me")
            for at in range(20)]
    file = write_table(tmp_path / "more" / f"events_more.{ending}", rows)
    job = Job(tmp_path / "job")
    assert job.night([*tiny.iterdir(), file]).exit_code == 0
    job.forget_rings()
    file.write_text(file.read_text().splitlines(keepends=True)[0] if ending == "csv" else "")
    assert job.night([file]).exit_code == 0
    shutil.copy(file, tiny / file.name)
    whole = run(tiny, tmp_path / "whole", overlapping=True, max_bad_rows=1.0)
    assert digests(job.out) == digests(whole)


def _killed(folder: Path | str, **_: object) -> None:
    """Be killed while an entry is removed."""
    entry = Path(folder) / "entry.json"
    if entry.exists():
        entry.unlink()
        raise KeyboardInterrupt


@pytest.mark.parametrize("what", ["replaced", "no longer counted"])
def test_killed_while_an_entry_is_removed_the_next_night_goes_on(two_nights, monkeypatch, what):
    job, late, _ = two_nights
    shutil.copy(late, job.drop / "events.csv")
    remove = {
        "replaced": lambda: forget({"acct-03"}, Places(state=job.state), settings=Settings()),
        "no longer counted": job.go,
    }[what]
    with monkeypatch.context() as broken:
        broken.setattr(knowns.shutil, "rmtree", _killed)
        with pytest.raises(KeyboardInterrupt):
            remove()
    assert len([p for p in (job.state / "known").iterdir() if p.name.startswith(".")]) == 1
    assert job.night([late]).exit_code == 0
    assert all((p / "entry.json").exists() for p in (job.state / "known").iterdir() if p.is_dir())


def test_to_count_what_is_known_changes_nothing(two_nights):
    job, _, _ = two_nights
    known, places = job.state / "known", Places(state=job.state)
    # As if a night had just written an entry anew, and not removed the old one yet.
    (entry,) = [p for p in known.iterdir() if (p / "spelling.parquet").exists()]
    old = Path(shutil.copytree(entry, job.folder / "aside"))
    forget({"acct-03"}, places, settings=Settings())
    old.rename(entry)
    (known / ".unfinished").mkdir()
    (known / ".unfinished" / "rows.parquet").write_bytes(b"of a night at work")
    before = sorted((p, p.stat().st_mtime_ns) for p in job.state.rglob("*"))
    counted = find({"acct-03", "acct-04"}, places, settings=Settings())["state"]
    assert counted["known"] == 3
    assert sorted((p, p.stat().st_mtime_ns) for p in job.state.rglob("*")) == before


def test_a_file_that_changes_before_it_is_read_is_not_kept(tmp_path):
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts("a", "b"))
    path = write_table(folder / "events.csv", [event("a")])
    known = known_files(folder, tmp_path / "known")
    write_table(path, [event("b")])
    with pytest.raises(InputError, match=r"events\.csv was changed while it was read"):
        run_ingest(folder, settings=Settings(), known=known)
    entries = Known(tmp_path / "known", b"a key of sixteen bytes or more", is_mine=False).entries()
    assert [entry.table for entry in entries] == ["accounts"]
