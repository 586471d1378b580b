"""Sums that stand for the events of many files: exact, dropped in time, and made anew."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from inputs import accounts, event, known_files, run_ingest, write_table

from linkage.ingest import aging, folded_events
from linkage.ingest.aging import forget_in_known
from linkage.ingest.folds import Folds, drop_folds
from linkage.ingest.known import DamagedEntry, Known, KnownFiles, keep_only
from linkage.ingest.vault import Vault
from linkage.profile import CapabilityReader
from linkage.settings import Settings
from linkage.store import Store


@pytest.fixture
def folding(monkeypatch):
    """Sum whatever can be summed."""
    monkeypatch.setattr(folded_events, "N_LATEST", 0)
    monkeypatch.setattr(folded_events, "MANY_FILES", 1)


def _week(folder: Path) -> None:
    """Write files of events with prompts, a day each, and of accounts."""
    write_table(folder / "accounts.csv", accounts(*"abcdef"))
    for day in range(1, 6):
        write_table(folder / f"events_{day}.csv", [
            event(who, f"2026-05-0{day}T0{at}:00:00Z",
                  ip=f"84.1.7.{at % 2}" if who != "c" else "84.1.9.9", device_id=f"d{at % 2}",
                  session_id=f"s{day}", prompt=f"sort these {at} lists of numbers for {who} please")
            for at, who in enumerate("abcdef")])


def _same(found, whole) -> bool:
    return {name: sorted(rows, key=str) for name, rows in found.tables.items()} == {
        name: sorted(rows, key=str) for name, rows in whole.tables.items()}


def _folds(state: Path) -> list[Path]:
    return sorted(state.glob("folded.*"))


@pytest.fixture
def summed(tmp_path, folding):
    """A folder of which four of five days are in sums, what counts, and what one run finds."""
    folder, settings = tmp_path / "in", Settings(overlapping=True)
    _week(folder)
    known = known_files(folder, tmp_path / "known", readers=(CapabilityReader(),))
    four = replace(known, files=tuple(f for f in known.files if "_5" not in f.path))

    def night(files: KnownFiles):
        return run_ingest(folder, settings=settings, known=files, readers=(CapabilityReader(),))

    night(four)
    assert len(_folds(tmp_path / "known")) == 1
    return night, known, run_ingest(folder, settings=settings, readers=(CapabilityReader(),))


def test_events_in_sums_are_not_read_again(summed, monkeypatch):
    night, known, whole = summed
    read_tables = []
    batches = Vault.batches
    monkeypatch.setattr(Vault, "batches", lambda self, table, *more, **named: (
        read_tables.append((table, self.folder.name.startswith("folded"))),
        batches(self, table, *more, **named))[1])
    monkeypatch.setattr(folded_events, "N_LATEST", 9)
    assert _same(night(known), whole)
    # The accounts; and the day that is in no sum, for its codes, its numbers and its prompts.
    assert read_tables.count(("rows", False)) == 4
    assert ("usage", True) in read_tables


def test_a_fold_takes_smaller_ones_up(summed, tmp_path):
    night = summed[0]
    (before,) = _folds(tmp_path / "known")
    write_table(tmp_path / "in" / "events_6.csv", [
        event("a", f"2026-05-06T0{at % 10}:{at:02d}:00Z", device_id="d0") for at in range(30)])
    more = known_files(tmp_path / "in", tmp_path / "known", readers=(CapabilityReader(),))
    night(more)
    (after,) = _folds(tmp_path / "known")
    assert after != before
    assert len(json.loads((after / "fold.json").read_text())["covers"]) == 6
    assert _same(night(more), run_ingest(
        tmp_path / "in", settings=Settings(overlapping=True), readers=(CapabilityReader(),)))


def test_an_event_that_comes_again_is_taken_out_of_the_sums(summed, tmp_path):
    night, _, _ = summed
    folder = tmp_path / "in"
    rows = (folder / "events_2.csv").read_text().splitlines(keepends=True)
    (folder / "events_7.csv").write_text("".join(rows[:3]))
    known = known_files(folder, tmp_path / "known", readers=(CapabilityReader(),))
    whole = run_ingest(folder, settings=Settings(overlapping=True), readers=(CapabilityReader(),))
    assert any("delivered more than once" in note for note in whole.report.notes)
    for _ in range(2):
        found = night(known)
        assert _same(found, whole)
        assert found.report.notes == whole.report.notes


def test_sums_of_an_account_that_is_no_longer_known_are_not_used(summed, tmp_path):
    folder = tmp_path / "in"
    write_table(folder / "accounts.csv", accounts(*"abcde"))
    known = known_files(folder, tmp_path / "known", readers=(CapabilityReader(),))
    whole = run_ingest(folder, settings=Settings(overlapping=True, max_bad_rows=1.0))
    found = run_ingest(folder, settings=Settings(overlapping=True, max_bad_rows=1.0), known=known)
    assert _same(found, whole)
    assert found.quarantine == whole.quarantine
    assert len(found.quarantine["events"]) == 5


@pytest.mark.parametrize(
    "table", ["rest", "usage", "codes", "alone", "prompts", "instants", "fold"])
def test_damaged_sums_are_made_anew(summed, tmp_path, table):
    night, known, whole = summed
    (fold,) = _folds(tmp_path / "known")
    path = fold / (f"{table}.parquet" if table != "fold" else "fold.json")
    path.write_bytes(path.read_bytes()[:-9])
    if table != "fold":
        with pytest.raises(DamagedEntry) as caught:
            night(known)
        assert caught.value.is_there
        assert not fold.exists()
    assert _same(night(known), whole)
    assert _same(night(known), whole)


def test_a_file_that_is_replaced_takes_its_sums_along(summed, tmp_path):
    night, _, _ = summed
    write_table(tmp_path / "in" / "events_3.csv", [event("f", "2026-05-03", ip="84.9.9.9")])
    known = known_files(tmp_path / "in", tmp_path / "known", readers=(CapabilityReader(),))
    (before,) = _folds(tmp_path / "known")
    assert _same(night(known), run_ingest(
        tmp_path / "in", settings=Settings(overlapping=True), readers=(CapabilityReader(),)))
    keep_only(tmp_path / "known", {file.entry for file in known.files})
    drop_folds(tmp_path / "known")
    assert before not in _folds(tmp_path / "known")
    assert len(_folds(tmp_path / "known")) == 1


def test_to_forget_takes_the_account_out_of_the_sums(summed, tmp_path, monkeypatch):
    night, known, _ = summed
    state, key = tmp_path / "known", b"a key of sixteen bytes or more"
    monkeypatch.setattr(folded_events, "N_LATEST", 9)
    before = _folds(state)
    held = {row["text"] for row in Vault(before[0], key).read("spelling").to_pylist()}
    assert forget_in_known(state, {"c"}, key) == 5
    (fold,) = _folds(state)
    assert fold != before[0]
    with Store(tmp_path / "asked", memory_limit_mb=200, threads=1) as store:
        code = int(store.scalar("select hash('c')"))
    for path in fold.glob("*.parquet"):
        table = Vault(fold, key).read(path.stem)
        assert code not in [value for column in table.columns for value in column.to_pylist()]
    # The address that only c came from, and the prompt that only c sent.
    assert held - {row["text"] for row in Vault(fold, key).read("spelling").to_pylist()} == {
        "84.1.9.9"}
    assert Vault(fold, key).read("prompts").num_rows == 5
    assert Vault(fold, key).read("instants").num_rows == 20
    gone = replace(known, files=tuple(
        replace(file, source=None) for file in known.files if "_5" not in file.path))
    found = night(gone)
    assert _folds(state) == [fold]
    young = tmp_path / "young"
    _week(young)
    for file in young.iterdir():
        rows = file.read_text().splitlines(keepends=True)
        file.write_text("".join(row for row in rows if not row.startswith("c")))
    (young / "events_5.csv").unlink()
    assert _same(found, run_ingest(
        young, settings=Settings(overlapping=True), readers=(CapabilityReader(),)))


def test_a_deletion_that_is_killed_leaves_no_sum_of_the_account(summed, tmp_path, monkeypatch):
    state, key = tmp_path / "known", b"a key of sixteen bytes or more"
    with monkeypatch.context() as broken:
        broken.setattr(aging, "forget_in_folds", _killed)
        with pytest.raises(KeyboardInterrupt):
            forget_in_known(state, {"c"}, key)
    assert _folds(state)
    assert forget_in_known(state, {"c"}, key) == 0
    assert _folds(state) == []


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_rows_age_out_of_sums_too(summed, tmp_path):
    night, known, _ = summed
    young = tmp_path / "young"
    _week(young)
    for day in (1, 2):
        (young / f"events_{day}.csv").unlink()
    # The newest event is of the fifth at five o'clock: the third from then on stays.
    rows = (young / "events_3.csv").read_text().splitlines(keepends=True)
    (young / "events_3.csv").write_text("".join([rows[0], rows[-1]]))
    whole = run_ingest(young, settings=Settings(overlapping=True), readers=(CapabilityReader(),))
    aged = replace(known, retention_days=2)
    for _ in range(2):
        assert _same(night(aged), whole)
    # What goes next is in no sum, which would only be made for one night.
    keep_only(tmp_path / "known", {file.entry for file in known.files})
    drop_folds(tmp_path / "known")
    assert _same(night(aged), whole)
    key = b"a key of sixteen bytes or more"
    words = {Path(entry.path).name: entry.word
             for entry in Known(tmp_path / "known", key, is_mine=False).entries()}
    folds = Folds(tmp_path / "known", key).of(
        words.values(), probe=_probe(tmp_path), readers=(CapabilityReader().table,))
    covered = {word for fold in folds for word in fold.covers}
    assert covered >= {words["events_4.csv"], words["events_5.csv"]}
    assert words["events_3.csv"] not in covered


def _probe(tmp_path: Path) -> int:
    """Return the engine's number for the fixed text."""
    with Store(tmp_path / "probed", memory_limit_mb=200, threads=1) as store:
        return int(store.scalar("select hash('linkage', 1)"))
