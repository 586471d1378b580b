"""The whole pass: what it publishes, and what it leaves behind when it cannot."""

import errno
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from worlds import TABLES, digests, read, run, small_world, tiny_world

from linkage import job, publish, schema
from linkage.errors import InputError, QualityGateError
from linkage.settings import Settings
from linkage.signals import NEVER_ALONE

PUBLISHED = {
    "graph",
    "rings.parquet", "members.parquet", "evidence.parquet", "lineage.parquet", "manifest.json",
    "capabilities.parquet", "timeline.parquet", "pivots.parquet", "measures.parquet",
    "rhythm.parquet", "groups.parquet", "report.html", "rings",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_world(tmp_path_factory.mktemp("tiny") / "in")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return small_world(tmp_path_factory.mktemp("world") / "in")


@pytest.fixture(scope="module")
def out(world, tmp_path_factory):
    return run(world, tmp_path_factory.mktemp("run") / "out")


@pytest.fixture(scope="module")
def unlabelled(world, tmp_path_factory):
    return run(world, tmp_path_factory.mktemp("run") / "out", labels=False)


def _names(folder):
    return {path.name for path in folder.iterdir()}


# What is published


def test_a_run_publishes_the_files_of_the_contract_and_nothing_else(out):
    assert _names(out) == PUBLISHED
    assert _names(out.parent) == {"out", "key"}


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_their_declared_schema_and_hold_rows(out, name):
    table = pq.read_table(out / f"{name}.parquet")
    declared = getattr(schema, name.upper())
    assert table.schema.equals(declared)
    assert table.num_rows > 0
    for field in declared:
        assert field.nullable or not table[field.name].null_count, field.name


def test_an_account_is_in_one_ring_at_most(out):
    accounts = [row["account_id"] for row in read(out, "members")]
    assert len(accounts) == len(set(accounts))


def test_rings_count_their_members_and_are_ranked(out):
    rings, members = read(out, "rings"), read(out, "members")
    for ring in rings:
        own = [row for row in members if row["ring_id"] == ring["ring_id"]]
        assert ring["n_accounts"] == len(own) >= 3
        assert ring["n_core"] == sum(row["role"] == "core" for row in own)
    assert [r["score"] for r in rings] == sorted((r["score"] for r in rings), reverse=True)
    assert len({ring["ring_id"] for ring in rings}) == len(rings)


def test_scores_confidences_tiers_and_roles_are_within_bounds(out):
    for row in read(out, "rings"):
        assert 0 <= row["score"] <= 1
        assert row["tier"] in schema.TIERS
        assert row["tier_reason"]
        assert row["lineage"] == "new"
    for row in read(out, "members"):
        assert 0 <= row["confidence"] <= 1
        assert row["tier"] in schema.TIERS
        assert row["role"] in ("core", "member", "periphery")
        assert row["reason_codes"] or row["tier"] != "enforce"


def test_no_member_is_in_a_stronger_tier_than_its_ring(out):
    tier = {row["ring_id"]: schema.TIERS.index(row["tier"]) for row in read(out, "rings")}
    for row in read(out, "members"):
        assert schema.TIERS.index(row["tier"]) >= tier[row["ring_id"]]


def test_enforcement_rests_on_two_families_that_place_and_time_do_not_explain(out):
    enforced = [row for row in read(out, "rings") if row["tier"] == "enforce"]
    assert enforced
    for row in enforced:
        assert len(row["families"]) >= 2
        assert set(row["families"]) - set(NEVER_ALONE)
    for row in read(out, "members"):
        if row["tier"] == "enforce":
            shared = {code.removeprefix("shares_") for code in row["reason_codes"]
                      if code.startswith("shares_")}
            assert len(shared) >= 2
            assert shared - set(NEVER_ALONE)


def test_the_evidence_of_a_member_adds_up_to_its_bits(out):
    total: dict[tuple[str, str], float] = {}
    for row in read(out, "evidence"):
        key = row["ring_id"], row["account_id"]
        total[key] = total.get(key, 0.0) + row["bits"]
    assert total == pytest.approx(
        {(row["ring_id"], row["account_id"]): row["evidence_bits"] for row in read(out, "members")},
        abs=1e-4)


def test_evidence_counts_holders_within_the_ring_and_beyond(out):
    size = {row["ring_id"]: row["n_accounts"] for row in read(out, "rings")}
    for row in read(out, "evidence"):
        assert 1 <= row["n_accounts_in_ring"] <= size[row["ring_id"]]
        assert row["n_accounts_in_ring"] <= row["n_accounts_total"]
        if row["first_seen_at"] and row["last_seen_at"]:
            assert row["first_seen_at"] <= row["last_seen_at"]


def test_planted_operators_are_found_nearly_whole(out, world):
    truth = pq.read_table(world / "truth" / "accounts.parquet").to_pylist()
    ring_of = {row["account_id"]: row["ring_id"] for row in read(out, "members")}
    groups: dict[str, list[str]] = {}
    for row in truth:
        if row["is_abusive"]:
            groups.setdefault(row["group_id"], []).append(row["account_id"])
    assert len(groups) == 3
    for members in groups.values():
        found = [ring_of.get(account) for account in members]
        assert max(found.count(ring) for ring in set(found) - {None}) >= 0.8 * len(members)


def test_the_manifest_tells_what_was_read_with_what_and_how_long_it_took(out, world):
    told = json.loads((out / "manifest.json").read_text())
    assert told["versions"]["linkage"] == version("linkage")
    assert set(job.PACKAGES) <= set(told["versions"])
    assert told["seed"] == told["settings"]["seed"] == 0
    read_files = {Path(file["path"]).name: file for file in told["inputs"]}
    assert {"accounts.parquet", "part-00000.parquet", "networks.csv"} <= set(read_files)
    for file in told["inputs"]:
        assert Path(file["path"]).stat().st_size == file["n_bytes"]
        assert len(file["sha256"]) == 64
    n_accounts = pq.read_metadata(world / "accounts.parquet").num_rows
    assert told["tables"][0] == {
        "table": "accounts", "rows": n_accounts, "quarantined": 0, "reasons": {}}
    stages = {stage["stage"]: stage for stage in told["stages"]}
    assert {"ingest", "evidence", "communities", "rings", "write"} <= set(stages)
    for stage in stages.values():
        assert stage["seconds"] >= 0
        assert stage["peak_memory_mb"] > 10
    for kind in told["estimates"]:
        assert 0 < kind["m"] < 1
        assert 0 < kind["reliability"] < 1
    assert sum(told["rings_by_tier"].values()) == stages["rings"]["rings"]


def test_checksums_in_the_manifest_are_those_of_the_files(out):
    for file in json.loads((out / "manifest.json").read_text())["inputs"]:
        assert hashlib.sha256(Path(file["path"]).read_bytes()).hexdigest() == file["sha256"]


def test_no_secret_is_in_the_manifest(out):
    key = (out.parent / "key").read_text().strip()
    assert key not in (out / "manifest.json").read_text()


def test_the_report_fetches_nothing(out):
    page = (out / "report.html").read_text()
    assert len(page) > 1_000
    assert "http://" not in page
    assert "https://" not in page


# What is never published


def _secrets(world, *columns):
    values = set()
    for place, column in columns:
        table = pq.read_table(world / place, columns=[column])
        values |= {value for value in table[column].to_pylist() if value and len(value) >= 7}
    assert values
    return values


def _outputs_text(out):
    """Everything published, as one text: tables decoded, other files as they are."""
    parts = [
        path.read_text() for path in sorted(out.rglob("*"))
        if path.is_file() and path.suffix != ".parquet"
    ]
    for name in TABLES:
        parts.append(json.dumps(read(out, name), default=str, ensure_ascii=False))
    return "\n".join(parts)


def test_without_labels_no_identifier_has_one(unlabelled):
    rows = [row for row in read(unlabelled, "evidence") if len(row["identifier_id"]) == 32]
    assert rows
    assert {row["label"] for row in rows} == {None}


def test_without_labels_no_raw_value_leaves_the_run(unlabelled, world):
    text = _outputs_text(unlabelled)
    secrets = _secrets(
        world, ("accounts.parquet", "email"), ("accounts.parquet", "phone"), ("events", "ip"),
        ("events", "device_id"), ("payments.parquet", "instrument_id"), ("events", "prompt"))
    assert [value for value in sorted(secrets) if value in text] == []


def test_labels_change_nothing_but_labels(out, unlabelled):
    labelled = {"evidence", "graph/identifiers"}
    assert {k: v for k, v in digests(out).items() if k not in labelled} == {
        k: v for k, v in digests(unlabelled).items() if k not in labelled}
    first, second = (
        pq.read_table(folder / "evidence.parquet").drop_columns("label")
        for folder in (out, unlabelled))
    assert first.equals(second)


def test_never_is_a_prompt_published_even_with_labels(out, world):
    text = _outputs_text(out)
    prompts = _secrets(world, ("events", "prompt"))
    assert [value for value in sorted(prompts) if value in text] == []
    # Nor a long run of one: eight words in a row are enough to tell it by.
    runs = {" ".join(value.split()[:8]) for value in prompts if len(value.split()) >= 8}
    assert [one for one in sorted(runs) if one in text] == []


def test_with_labels_cards_and_mailboxes_are_masked(out, world):
    text = _outputs_text(out)
    secrets = _secrets(world, ("payments.parquet", "instrument_id"), ("accounts.parquet", "email"))
    assert [value for value in sorted(secrets) if value in text] == []


# Where it may write


def test_an_existing_output_is_refused_and_left_as_it_is(tiny, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is there already") as refused:
        run(tiny, tmp_path / "out")
    assert refused.value.exit_code == 3
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_an_output_may_be_replaced(tiny, tmp_path):
    first = digests(run(tiny, tmp_path / "out"))
    (tmp_path / "out" / "stale.txt").write_text("stale")
    assert digests(run(tiny, tmp_path / "out", replace=True)) == first
    assert _names(tmp_path / "out") == PUBLISHED
    assert _names(tmp_path) == {"out", "key"}


def test_an_empty_folder_may_be_replaced(tiny, tmp_path):
    (tmp_path / "out").mkdir()
    assert _names(run(tiny, tmp_path / "out", replace=True)) == PUBLISHED


def test_a_folder_of_something_else_is_never_replaced(tiny, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="something else"):
        run(tiny, tmp_path / "out", replace=True)
    assert (tmp_path / "out" / "thesis.tex").read_text() == "years of work"


def test_a_file_in_the_place_of_the_output_is_never_replaced(tiny, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError):
        run(tiny, tmp_path / "out", replace=True)
    assert (tmp_path / "out").read_text() == "a file"


def test_a_place_below_a_file_cannot_be_written(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        job.run([str(tiny)], tmp_path / "file" / "out", settings=Settings(key_file=_key(tmp_path)))


def test_a_place_that_may_not_be_written_is_an_input_error(tiny, tmp_path, monkeypatch):
    def refuse(path, *args, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match="Permission denied"):
        job.run([str(tiny)], tmp_path / "out", settings=Settings(key_file=_key(tmp_path)))


def _key(folder):
    key = folder / "key"
    key.write_text("0123456789abcdef0123456789abcdef\n")
    return key


@pytest.mark.parametrize("n_written", range(3))
def test_a_full_disk_leaves_nothing_under_the_final_name(tiny, tmp_path, monkeypatch, n_written):
    write, done = pq.write_table, []

    def fill(table, path, **options):
        if len(done) == n_written:
            Path(path).write_bytes(b"PAR1 half a")
            raise OSError(errno.ENOSPC, "No space left on device")
        done.append(path)
        write(table, path, **options)

    monkeypatch.setattr(pq, "write_table", fill)
    with pytest.raises(InputError, match="No space left on device") as refused:
        run(tiny, tmp_path / "out")
    assert "disk space" in refused.value.fix
    assert _names(tmp_path) == {"key"}


def test_a_full_disk_leaves_yesterdays_output_in_place(tiny, tmp_path, monkeypatch):
    before = digests(run(tiny, tmp_path / "out"))

    def fill(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", fill)
    with pytest.raises(InputError):
        run(tiny, tmp_path / "out", replace=True)
    assert digests(tmp_path / "out") == before
    assert _names(tmp_path) == {"out", "key"}


def test_a_closed_gate_leaves_yesterdays_output_in_place(tiny, tmp_path):
    before = digests(run(tiny, tmp_path / "out"))
    bad = tmp_path / "bad"
    bad.mkdir()
    for name in ("accounts", "payments"):
        (bad / f"{name}.csv").write_text((tiny / f"{name}.csv").read_text())
    (bad / "events.csv").write_text("account_id,occurred_at\nacct-00,someday\nacct-01,never\n")
    with pytest.raises(QualityGateError):
        run(bad, tmp_path / "out", replace=True)
    assert digests(tmp_path / "out") == before
    assert _names(tmp_path) == {"out", "key", "bad", "out.quarantine"}
    assert list((tmp_path / "out.quarantine").iterdir())


def test_yesterdays_output_comes_back_when_the_new_one_cannot_be_put_in_place(
    tiny, tmp_path, monkeypatch
):
    before = digests(run(tiny, tmp_path / "out"))
    rename = os.rename

    def refuse(source, target):
        if Path(target).name == "out" and "partial" in Path(source).name:
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(publish.os, "rename", refuse)
    with pytest.raises(InputError):
        run(tiny, tmp_path / "out", replace=True)
    assert digests(tmp_path / "out") == before


# Killed at any moment

CHILD = """
import os, signal, sys
from pathlib import Path
from linkage import job, publish
from linkage.settings import Settings
from linkage.signals import NEVER_ALONE

world, out, key, last = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
seen = 0

def tick(*args, **options):
    global seen
    seen += 1
    if seen == last:
        os.kill(os.getpid(), signal.SIGKILL)

class Watch:
    stage = advance = done = tick

write, rename = publish.pq.write_table, publish.os.rename

def write_table(table, path, **options):
    tick()
    write(table, path, **options)
    tick()

def move(source, target):
    tick()
    rename(source, target)
    tick()

publish.pq.write_table, publish.os.rename = write_table, move
job.run([str(world)], out, settings=Settings(threads=1, key_file=key), replace=True,
        progress=Watch())
print(seen)
"""
"""A run that kills itself when it has come to its ``last`` step, writing or renaming."""


def _child(world, out, last):
    environment = {k: v for k, v in os.environ.items() if k != "LINKAGE_KEY"}
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(world), str(out), str(_key(out.parent)), str(last)],
        capture_output=True, text=True, timeout=120, env=environment, check=False,
    )


@pytest.fixture(scope="module")
def n_instants(tiny, tmp_path_factory):
    whole = _child(tiny, tmp_path_factory.mktemp("whole") / "out", 0)
    assert whole.returncode == 0, whole.stderr
    return int(whole.stdout)


@pytest.mark.parametrize("draw", range(6))
def test_a_killed_run_leaves_no_output_or_a_whole_one_and_the_next_one_succeeds(
    tiny, tmp_path, n_instants, draw
):
    assert n_instants > 20
    # The last eight instants are around the writing and the renaming.
    moments = [*random.Random(7).sample(range(1, n_instants - 8), 3),
               *random.Random(8).sample(range(n_instants - 8, n_instants + 1), 3)]
    killed = _child(tiny, tmp_path / "out", moments[draw])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if (tmp_path / "out").exists():
        assert _names(tmp_path / "out") == PUBLISHED
    run(tiny, tmp_path / "out", replace=True)
    assert _names(tmp_path / "out") == PUBLISHED
    assert _names(tmp_path) == {"out", "key"}


def test_leftovers_of_a_killed_run_are_cleared_away(tiny, tmp_path):
    for name in (".out.partial", ".out.old"):
        (tmp_path / name / "work").mkdir(parents=True)
        (tmp_path / name / "rings.parquet").write_bytes(b"half")
    run(tiny, tmp_path / "out")
    assert _names(tmp_path) == {"out", "key"}


# What people decided


def _decided(tiny, tmp_path, *rows):
    folder = tmp_path / "in"
    folder.mkdir()
    for path in tiny.iterdir():
        (folder / path.name).write_text(path.read_text())
    lines = ["account_id,ring_id,decision,decided_at", *(",".join(row) for row in rows)]
    (folder / "decisions.csv").write_text("\n".join(lines) + "\n")
    out = run(folder, tmp_path / "out")
    return {row["account_id"]: row for row in read(out, "members")}, read(out, "rings")


@pytest.fixture(scope="module")
def undecided(tiny, tmp_path_factory):
    return read(run(tiny, tmp_path_factory.mktemp("run") / "out"), "members")


def test_the_tiny_world_has_one_ring_of_ten(undecided):
    assert [row["account_id"] for row in undecided] == [f"acct-{at:02d}" for at in range(10)]
    assert {row["tier"] for row in undecided} <= {"enforce", "review", "watch"}


@pytest.mark.parametrize("decision", ["benign", "reinstated"])
def test_an_account_that_people_cleared_is_benign_and_says_why(tiny, tmp_path, undecided, decision):
    members, _ = _decided(tiny, tmp_path, ("acct-03", "", decision, "2026-05-25T00:00:00Z"))
    assert members["acct-03"]["tier"] == "benign"
    assert "decided_benign" in members["acct-03"]["reason_codes"]
    before = {row["account_id"]: row["tier"] for row in undecided}
    assert {a: row["tier"] for a, row in members.items() if a != "acct-03"} == {
        a: tier for a, tier in before.items() if a != "acct-03"}


def test_a_disputed_account_is_watched(tiny, tmp_path):
    members, _ = _decided(tiny, tmp_path, ("acct-03", "", "disputed", "2026-05-25T00:00:00Z"))
    assert members["acct-03"]["tier"] == "watch"


def test_the_latest_decision_counts(tiny, tmp_path, undecided):
    members, _ = _decided(
        tiny, tmp_path, ("acct-03", "", "confirmed", "2026-05-26T00:00:00Z"),
        ("acct-03", "", "benign", "2026-05-25T00:00:00Z"),
        ("acct-04", "", "benign", "2026-05-26T00:00:00Z"),
        ("acct-04", "", "confirmed", "2026-05-25T00:00:00Z"))
    before = {row["account_id"]: row["tier"] for row in undecided}
    assert members["acct-03"]["tier"] == before["acct-03"]
    assert members["acct-04"]["tier"] == "benign"


def test_a_ring_that_people_cleared_clears_its_members(tiny, tmp_path, undecided):
    ring_id = undecided[0]["ring_id"]
    members, _ = _decided(tiny, tmp_path, ("", ring_id, "benign", "2026-05-25T00:00:00Z"))
    assert {row["tier"] for row in members.values()} == {"benign"}


def test_a_ring_that_people_cleared_is_benign_itself(tiny, tmp_path, undecided):
    ring_id = undecided[0]["ring_id"]
    _, rings = _decided(tiny, tmp_path, ("", ring_id, "benign", "2026-05-25T00:00:00Z"))
    assert [ring["tier"] for ring in rings if ring["ring_id"] == ring_id] == ["benign"]


# Small inputs


@pytest.mark.parametrize("addresses", [("84.1.1.1", "85.1.1.1", "86.1.1.1"), ("84.1.1.1",) * 3])
def test_a_world_in_which_nothing_joins_anybody_gives_an_empty_list(tmp_path, addresses):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "accounts.csv").write_text("account_id\na\nb\nc\n")
    (folder / "events.csv").write_text("account_id,occurred_at,ip\n" + "".join(
        f"{who},2026-05-01T10:0{at}:00Z,{ip}\n"
        for at, (who, ip) in enumerate(zip("abc", addresses, strict=True))))
    assert read(run(folder, tmp_path / "out"), "rings") == []


def test_rings_below_the_smallest_size_are_not_reported(tiny, tmp_path):
    assert read(run(tiny, tmp_path / "out", min_ring_size=11), "rings") == []
    assert read(tmp_path / "out", "members") == []
    assert read(tmp_path / "out", "evidence") == []
    assert _names(tmp_path / "out") == PUBLISHED


def test_every_stage_is_told_to_who_watches(tiny, tmp_path):
    told = []

    class Watch:
        def stage(self, name, total):
            told.append(("begin", name))

        def advance(self, n):
            assert told[-1][0] == "begin"

        def done(self, name, counts, seconds):
            told.append(("end", name))

    job.run([str(tiny)], tmp_path / "out", settings=Settings(threads=1, key_file=_key(tmp_path)),
            progress=Watch())
    stages = ["ingest", "evidence", "communities", "rings", "graph", "write", "report"]
    assert told == [(what, name) for name in stages for what in ("begin", "end")]
