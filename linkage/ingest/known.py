"""What the state knows of input files: each read once, kept as encrypted tables.

An entry is a folder named after what was read and how, and a random word that is part of its
keys. It is written beside and renamed when whole; one that replaces another names it, so that a
killed rewriting leaves one of the two. One that lacks what is too old tonight stands beside the
whole one until a night is published with it.
"""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from linkage.errors import InputError, SettingsError
from linkage.ingest.sources import SourceFile
from linkage.ingest.vault import (
    Vault,
    fingerprint,
    key_check,
    says_where,
    sync_folder,
    write_whole,
)

VERSION = 1
"""Of what entries hold. Another one is read from the files again: change it whenever the numbers
of prompts, the cues of capabilities or the columns of an entry change."""

KNOWN = "known"
"""Its name in a state folder."""

FOLDED = "folded"
"""Name of what stands for several entries, see :mod:`linkage.ingest.folds`."""

_KEY = "key-check"


@dataclass(frozen=True)
class KnownFile:
    """One input file of a night, whether it is still there or not."""

    path: str
    table: str
    n_bytes: int
    sha256: str
    entry: str
    """Name of what is known of it, from :func:`entry_name`."""
    source: SourceFile | None
    """The file, where it is still there."""


@dataclass(frozen=True)
class KnownFiles:
    """All that a night counts, and where it is known."""

    folder: Path
    files: tuple[KnownFile, ...]
    """In the order of discovery: by table of the contract, then by path."""
    retention_days: int | None
    """Days after which rows age out; None for never."""
    at: datetime
    """Now, UTC: nothing that claims to be younger makes other rows old."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one file."""

    name: str
    """As :func:`entry_name` has it."""
    word: str
    """Random, and never the same twice."""
    table: str
    path: str
    """Where the file was."""
    probe: int
    """The engine's number for a fixed text: another one means that no number fits."""
    has: tuple[str, ...]
    """Columns of the contract that the file brings."""
    n_rows: dict[str, int] = field(default_factory=dict)
    """Encrypted table to its rows."""
    n_forgotten: int = 0
    """Rows left out because their accounts are forgotten."""
    oldest: str | None = None
    newest: str | None = None
    """Instants of its oldest and newest row, ISO 8601; None where no row has one."""
    replaces: str | None = None
    """Word of the entry that this one replaces."""
    narrows: str | None = None
    """Word of the entry that this one replaces once the night is published; while that one is
    there, this one is no entry."""
    since: str | None = None
    """Instant before which its rows have gone, ISO 8601; None where none went."""
    version: int = 1
    """:data:`VERSION` of those who wrote it."""

    @property
    def folder(self) -> str:
        """Name of its folder."""
        return f"{self.name}.{self.word}"


class DamagedEntry(InputError):
    """What is known of a file cannot be read; it was forgotten where the file is still there."""

    is_there = False
    """Is the file still there? Then the same again reads it once more."""


def entry_name(source: SourceFile, sha256: str, readers: tuple[str, ...]) -> str:
    """Name what is known of a file: the same bytes, read in the same way, have the same name.

    Parameters
    ----------
    readers
        Tables of those who read prompts.
    """
    # Folders like date=2026-05-01 give columns.
    hive = tuple(part for part in source.path.parts[:-1] if "=" in part)
    return fingerprint(VERSION, sha256, source.table, source.format, repr(source.mapping), hive,
                       readers)


class Known:
    """The folder of entries.

    Parameters
    ----------
    is_mine
        Does the caller hold the lock of the state? If not, nothing is made, written or removed.

    Raises
    ------
    SettingsError
        If the folder was made under another key.
    InputError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path, key: bytes, *, is_mine: bool = True) -> None:
        self.folder, self._key, self._is_mine = folder, key, is_mine
        try:
            if is_mine:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._check_key()
            self._entries = self._found()
        except OSError as error:
            raise InputError(
                f"cannot use what is known in {folder}: {error.strerror or error}",
                fix="free some disk space, or name a state folder you may write",
            ) from error

    def _check_key(self) -> None:
        """Refuse another key than the one that the entries were written with."""
        path, check = self.folder / _KEY, key_check(self._key)
        if not path.exists():
            if self._is_mine:
                partial = path.with_name(f".{_KEY}.partial")
                partial.write_text(check + "\n", encoding="ascii")
                os.replace(partial, path)
        elif path.read_text(encoding="ascii").strip() != check:
            raise SettingsError(
                f"the state in {self.folder} was written with another key",
                fix="give the key it was written with, or remove that folder and bring all input "
                "files once more",
            )

    def _found(self) -> dict[str, Entry]:
        """Read the entries; finish what a killed night was replacing."""
        found: dict[str, list[Entry]] = {}
        for folder in self.folder.iterdir():
            if folder.name.startswith("."):
                if self._is_mine and folder.is_dir():
                    shutil.rmtree(folder)
            elif folder.is_dir() and not folder.name.startswith(f"{FOLDED}."):
                entry = self._read_entry(folder)
                found.setdefault(entry.name, []).append(entry)
        kept = {}
        for name, entries in found.items():
            words = {entry.word for entry in entries}
            replaced = {entry.replaces for entry in entries}
            for entry in entries:
                if entry.word not in replaced and entry.narrows not in words:
                    kept[name] = entry
                elif self._is_mine:
                    remove(self.folder / entry.folder)
        return kept

    def _read_entry(self, folder: Path) -> Entry:
        """Read what an entry says of itself."""
        try:
            told: dict[str, Any] = json.loads((folder / "entry.json").read_text(encoding="utf-8"))
            return _entry(told)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"cannot read {folder}/entry.json: {error}",
                fix="bring it back from a backup, or remove that folder: its file is then read "
                "again, if it is still there",
            ) from error

    def get(self, name: str) -> Entry | None:
        """Return what is known of a file; None where it has to be read."""
        return self._entries.get(name)

    def entries(self) -> list[Entry]:
        """Return all that is known, by name."""
        return [self._entries[name] for name in sorted(self._entries)]

    def earlier(self, folder: str) -> Entry | None:
        """Return an entry that no longer counts, by its folder; None where that is gone."""
        place = self.folder / folder
        return self._read_entry(place) if place.exists() else None

    def vault(self, entry: Entry) -> Vault:
        """Return the tables of an entry."""
        return Vault(self.folder / entry.folder, self._key)

    def write(self, fill: Callable[[Vault], Entry], *, replaces: Entry | None = None,
              narrows: Entry | None = None) -> Entry:
        """Write an entry; it is there when it is whole.

        Parameters
        ----------
        fill
            Writes the tables and returns the entry; its word is given here.
        replaces
            What goes when the new one is there.
        narrows
            What the new one stands for, until :func:`keep_only` or the next start.
        """
        made: list[Entry] = []

        def written(vault: Vault, word: str) -> tuple[str, dict[str, Any]]:
            told = asdict(fill(vault)) | {
                "word": word, "replaces": replaces.word if replaces else None,
                "narrows": narrows.word if narrows else None}
            made.append(Entry(**told))
            return made[0].folder, told

        with says_where(self.folder):
            write_whole(self.folder, self._key, "entry.json", written)
            if replaces:
                remove(self.folder / replaces.folder)
        entry = made[0]
        self._entries[entry.name] = entry
        return entry

    def damaged(self, entry: Entry, why: object, *, is_there: bool) -> DamagedEntry:
        """Return the error of an entry that cannot be read; forget it if its file is there."""
        if is_there and self._is_mine:
            with suppress(OSError):
                remove(self.folder / entry.folder)
            self._entries.pop(entry.name, None)
        error = DamagedEntry(
            f"what is known of {entry.path} cannot be read in {self.folder / entry.folder}: "
            f"{(str(why).splitlines() or [type(why).__name__])[0][:120]}",
            fix="start again: the file is read once more" if is_there else
            "bring the file back to its place, or that folder from a backup; to go on without its "
            "rows, put an empty file with the same header in its place",
        )
        error.is_there = is_there
        return error


def keep_only(folder: Path, names: set[str]) -> None:
    """Remove entries that no night counts any more, once one is published without them.

    Raises
    ------
    OSError
        If one cannot be read or removed.
    """
    places = [one for one in folder.iterdir() if one.is_dir()
              and not one.name.startswith(f"{FOLDED}.")] if folder.exists() else []
    counted = [one for one in places if one.name.partition(".")[0] in names]
    told = [json.loads((one / "entry.json").read_text(encoding="utf-8")) for one in counted]
    narrowed = {one.get("narrows") for one in told}
    for place in places:
        if place not in counted or place.name.rpartition(".")[2] in narrowed:
            remove(place)


def _entry(told: dict[str, Any]) -> Entry:
    """Return an entry of what it says of itself."""
    return Entry(**told | {"has": tuple(told["has"])})


def remove(folder: Path) -> None:
    """Remove an entry; killed meanwhile, what is left of it is no entry, and goes at the start."""
    if not folder.name.startswith("."):
        folder = folder.rename(folder.with_name(f".{folder.name}"))
        sync_folder(folder.parent)
    shutil.rmtree(folder)
