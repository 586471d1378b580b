"""Exports and answers that are killed: nothing is lost, doubled or half there."""

import errno
import os
import random
import shutil
import time
from pathlib import Path

import pytest
from faults import ACTS, FORMATS, Killer, desk
from lists import DAY, FIRST, accounts, write_run

from linkage.errors import InputError
from linkage.export import commit as committing
from linkage.export import verify
from linkage.export.ledger import read_book


@pytest.fixture(scope="module")
def killer():
    with Killer() as found:
        yield found


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A first night exported, a second to come, and answers to the first."""
    folder = tmp_path_factory.mktemp("before")
    desk(folder).send(accounts(6), formats=FORMATS)
    write_run(folder / "out", accounts(8)[2:], ran_at=FIRST + DAY)
    (folder / "answers.csv").write_text(
        "account_id,answer,answered_at\n"
        "acct-000,reinstated,2026-06-01T04:00:00Z\nacct-003,done,2026-06-01T05:00:00Z\n")
    return folder


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _state(folder: Path):
    """What the lists of a folder say; salts and hashes aside."""
    book = read_book(folder / "lists")
    return (book.listed, book.answers, [(one.number, one.folder) for one in book.sent],
            book.n_lines)


@pytest.fixture(scope="module", params=["night", "answer", "forget"])
def case(request, before, killer, tmp_path_factory):
    """What is killed, how many steps it has, and what there is before and after it."""
    folder = _copy(before, tmp_path_factory.mktemp("whole") / "desk")
    n_steps = killer.at_step(request.param, folder, 0)
    assert n_steps > 15
    return request.param, n_steps, _state(before), _state(folder), _names(folder / "lists")


def _copy(source: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(source, place, symlinks=True))


def _check(folder, act, first, whole, files):
    """A reader sees all or nothing; whoever comes next ends as if nothing had happened."""
    assert _state(folder) in (first, whole)
    ACTS[act](folder)
    assert _state(folder) == whole
    assert verify(folder / "lists").n_lines == whole[-1]
    assert _names(folder / "lists") == files


def test_killed_at_each_step(case, before, killer, tmp_path):
    act, n_steps, *expected = case
    for last in range(1, n_steps + 1):
        folder = _copy(before, tmp_path / "desk")
        assert killer.at_step(act, folder, last) == 0, last
        _check(folder, act, *expected)


def test_killed_again_while_what_was_killed_is_finished(case, before, killer, tmp_path):
    act, n_steps, *expected = case
    draw = random.Random(3)
    for _ in range(12):
        folder = _copy(before, tmp_path / "desk")
        # What is decided is so in the second half: the next one has something to finish.
        killer.at_step(act, folder, draw.randint(n_steps // 2, n_steps))
        killer.at_step(act, folder, draw.randint(1, 12))
        _check(folder, act, *expected)


def test_killed_at_any_instant(case, before, killer, tmp_path):
    act, _, *expected = case
    begun = time.monotonic()
    killer.at_step(act, _copy(before, tmp_path / "desk"), 0)
    span = time.monotonic() - begun
    draw = random.Random(5)
    for _ in range(25):
        folder = _copy(before, tmp_path / "desk")
        killer.after(act, folder, draw.uniform(0, span))
        _check(folder, act, *expected)


def test_the_first_export_of_all_killed_at_every_third_step(killer, tmp_path):
    source = tmp_path / "source"
    write_run(source / "out", accounts(3))
    n_steps = killer.at_step("first", _copy(source, tmp_path / "desk"), 0)
    whole, files = _state(tmp_path / "desk"), _names(tmp_path / "desk" / "lists")
    assert n_steps > 15
    for last in range(1, n_steps + 1, 3):
        folder = _copy(source, tmp_path / "desk")
        assert killer.at_step("first", folder, last) == 0, last
        ACTS["first"](folder)
        assert _state(folder) == whole
        assert _names(folder / "lists") == files
        assert _names(folder / "state") == {"signing.key", "signing.pub"}


def _refused(act: str, folder: Path) -> str:
    """Do an act and return what was wrong; empty when nothing was."""
    try:
        ACTS[act](folder)
    except InputError as refused:
        return refused.problem
    return ""


@pytest.mark.parametrize("act", ["night", "answer"])
def test_a_disk_that_is_full_at_any_write_loses_nothing(before, tmp_path, monkeypatch, act):
    sync = os.fsync
    for full_at in range(1, 40):
        folder = _copy(before, tmp_path / "desk")
        seen = 0

        def fill(handle, full_at=full_at):
            nonlocal seen
            seen += 1
            if seen == full_at:
                raise OSError(errno.ENOSPC, "No space left on device")
            sync(handle)

        with monkeypatch.context() as patch:
            patch.setattr(committing.os, "fsync", fill)
            if problem := _refused(act, folder):
                assert "No space left" in problem
            else:
                assert seen < full_at
                return
        found = _state(folder)
        ACTS[act](folder)
        assert found in (_state(before), _state(folder))
        verify(folder / "lists")
    raise AssertionError("the disk was never large enough")
