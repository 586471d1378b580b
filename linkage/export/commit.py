"""Makes a change of the lists whole or not at all, whenever the process dies.

All of a change is prepared beside its place: a folder ``.partial`` and the lines for the
ledger. One rename, of ``.commit.partial`` to ``.commit``, decides. What follows can be done
any number of times with the same result, and whoever comes next does it first:

    .partial -> its name    ledger cut to its old length and grown    latest -> the folder
    decisions.jsonl written anew    oldest folders removed    .commit removed
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from linkage.errors import InputError, LockedError
from linkage.ingest.vault import sync_folder

LEDGER = "ledger.jsonl"
LATEST = "latest"
DECISIONS = "decisions.jsonl"
FOLDERS = "export-"
"""Start of the names of exports."""

PARTIAL = ".partial"
_COMMIT, _COMMIT_PARTIAL, _LOCK, _OLD = ".commit", ".commit.partial", ".lock", ".old"


@dataclass(frozen=True)
class _Decided:
    """The first line of ``.commit``; behind it are new lines and the text of the decisions."""

    n_bytes: int
    """Length of the ledger before."""
    n_grown: int
    """Bytes to add to it."""
    folder: str
    """Name of the new export; empty for none."""
    keep: int
    """Exports to keep."""


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Hold the lock of the lists in a folder, and finish what a killed process had decided.

    Raises
    ------
    LockedError
        If another process writes there.
    InputError
        If the folder cannot be written, or is a folder of something else.
    """
    try:
        if place.exists() and not (place / _LOCK).exists() and any(place.iterdir()):
            raise InputError(
                f"{place} holds something else than lists for enforcement",
                fix="name another folder with --to",
            )
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Never removed: a lock file that comes and goes can be held twice.
        with os.fdopen(os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)) as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LockedError(
                    f"another export is writing {place}", fix="wait for it, then try again"
                ) from error
            _finish(place)
            try:
                yield
            finally:
                _clear(place)
    except OSError as error:
        raise InputError(
            f"cannot write {place}: {error.strerror or error}",
            fix="free some disk space, or name a folder you may write",
        ) from error


@contextmanager
def settled(place: Path) -> Iterator[None]:
    """Keep writers away while a ledger is read; a copy without a lock needs none."""
    try:
        handle = (place / _LOCK).open("rb")
    except FileNotFoundError:
        yield
        return
    with handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def commit(
    place: Path, lines: bytes, *, decisions: bytes, folder: str, keep: int, anew: bool = False
) -> None:
    """Add lines to the ledger and, if there is one, put ``.partial`` in its place.

    Parameters
    ----------
    place
        The folder of the lists, locked.
    lines
        What to add to the ledger.
    decisions
        What ``decisions.jsonl`` is to hold.
    folder
        Name for ``.partial``; empty when there is none.
    keep
        Exports to keep; older ones are removed.
    anew
        The lines are the whole ledger.
    """
    decided = _Decided(0 if anew else len(_read(place / LEDGER)), len(lines), folder, keep)
    head = json.dumps(asdict(decided)).encode() + b"\n"
    write_private(place / _COMMIT_PARTIAL, head + lines + decisions)
    sync_folder(place)
    os.rename(place / _COMMIT_PARTIAL, place / _COMMIT)
    sync_folder(place)
    _finish(place)


def _finish(place: Path) -> None:
    """Do what was decided, if anything was, then clear away what was not."""
    if (place / _COMMIT).exists():
        decided, lines, decisions = _decision(place)
        if decided.folder and (place / PARTIAL).exists():
            os.rename(place / PARTIAL, place / decided.folder)
        _grow(place / LEDGER, decided.n_bytes, lines)
        write_private(place / f".{DECISIONS}", decisions)
        os.rename(place / f".{DECISIONS}", place / DECISIONS)
        if decided.folder:
            _point(place, decided.folder)
        _drop_oldest(place, decided.keep)
        sync_folder(place)
        os.unlink(place / _COMMIT)
        sync_folder(place)
    _clear(place)


def _clear(place: Path) -> None:
    """Remove what nobody decided to keep."""
    if not (place / _COMMIT).exists():
        (place / _COMMIT_PARTIAL).unlink(missing_ok=True)
        for name in (PARTIAL, _OLD):
            shutil.rmtree(place / name, ignore_errors=True)


def _decision(place: Path) -> tuple[_Decided, bytes, bytes]:
    """Read ``.commit``: what was decided, the lines, the decisions."""
    head, _, rest = (place / _COMMIT).read_bytes().partition(b"\n")
    decided = _Decided(**json.loads(head))
    return decided, rest[: decided.n_grown], rest[decided.n_grown :]


def _grow(ledger: Path, n_bytes: int, lines: bytes) -> None:
    """Leave the ledger's first bytes, and put the lines behind them."""
    with os.fdopen(os.open(ledger, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(n_bytes)
        file.seek(n_bytes)
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _point(place: Path, folder: str) -> None:
    """Let ``latest`` lead to a folder."""
    link = place / f".{LATEST}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    os.rename(link, place / LATEST)


def _drop_oldest(place: Path, keep: int) -> None:
    """Remove the oldest exports; the ledger keeps what they said."""
    for old in sorted(place.glob(f"{FOLDERS}*"))[:-keep]:
        shutil.rmtree(place / _OLD, ignore_errors=True)
        os.rename(old, place / _OLD)
    shutil.rmtree(place / _OLD, ignore_errors=True)


def bytes_of_ledger(place: Path) -> bytes:
    """Return the ledger as it stands, with what a killed process had decided; empty for none."""
    if (place / _COMMIT).exists():
        decided, lines, _ = _decision(place)
        return _read(place / LEDGER)[: decided.n_bytes] + lines
    return _read(place / LEDGER)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, down to the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    """Read a file that may not be there."""
    return path.read_bytes() if path.exists() else b""
