"""Which files a night reads, and which of them are new: told by name, size and checksum."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from linkage.errors import InputError
from linkage.ingest.sources import discover
from linkage.nightly.config import NightlySettings


@dataclass(frozen=True)
class SeenFile:
    """One input file as a night found it."""

    path: str
    table: str
    n_bytes: int
    modified: int
    """Nanoseconds since the epoch, as the file system says."""
    sha256: str


@dataclass(frozen=True)
class Arrived:
    """The files of a night."""

    night: str
    """A name of 16 hexadecimal digits for these files under these settings and this version."""
    files: tuple[SeenFile, ...]
    """Every file, by path and table."""
    new: tuple[SeenFile, ...]
    """Those whose content the last night had not seen."""
    gone: tuple[SeenFile, ...]
    """Those of the last night whose content is no longer there."""

    @property
    def inputs(self) -> list[str]:
        """Paths to read: of files with equal content, delivered again, the first."""
        first: dict[tuple[str, str], str] = {}
        for file in self.files:
            first.setdefault((file.table, file.sha256), file.path)
        return sorted(set(first.values()))


def arrived(told: NightlySettings, known: Sequence[dict[str, Any]]) -> Arrived:
    """Look at the inputs; only files that moved since the last night are read for it.

    Parameters
    ----------
    known
        The files of the last finished night, as :func:`as_rows` wrote them.

    Raises
    ------
    InputError
        If an input is missing or cannot be read.
    """
    before = {(row["path"], row["table"]): SeenFile(**row) for row in known}
    found = []
    for source in discover(told.inputs, told.run).files:
        try:
            status = source.path.stat()
            last = before.get((str(source.path), source.table))
            is_same = last and (last.n_bytes, last.modified) == (status.st_size, status.st_mtime_ns)
            sha256 = last.sha256 if last and is_same else _sha256(source.path)
        except OSError as error:
            raise InputError(
                f"cannot read {source.path}: {error.strerror or error}",
                fix="look whether it is still being delivered, and who may read it",
            ) from error
        found.append(SeenFile(str(source.path), source.table, status.st_size, status.st_mtime_ns,
                              sha256))
    found.sort(key=lambda file: (file.path, file.table))
    had = {(file.table, file.sha256) for file in before.values()}
    have = {(file.table, file.sha256) for file in found}
    return Arrived(
        _night(have, told), tuple(found),
        tuple(file for file in found if (file.table, file.sha256) not in had),
        tuple(file for file in before.values() if (file.table, file.sha256) not in have),
    )


def as_rows(files: Sequence[SeenFile]) -> list[dict[str, Any]]:
    """Return files as plain values."""
    return [asdict(file) for file in files]


def _night(contents: set[tuple[str, str]], told: NightlySettings) -> str:
    """Name a night: other files, other settings or another version are another night."""
    settings = sorted((name, repr(value)) for name, value in asdict(told.run).items())
    text = repr((sorted(contents), settings, version("linkage")))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
