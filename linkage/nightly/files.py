"""Which files a night counts, and which of them are new: told by name, size and checksum."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from linkage import job
from linkage.errors import InputError
from linkage.ingest.checksums import sha256_of
from linkage.ingest.known import DamagedEntry, KnownFile, KnownFiles, entry_name
from linkage.ingest.sources import SourceFile, discover
from linkage.nightly.config import NightlySettings
from linkage.schema import INPUT_TABLES

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SeenFile:
    """One input file as a night found it."""

    path: str
    table: str
    n_bytes: int
    modified: int
    """Nanoseconds since the epoch, as the file system says."""
    sha256: str
    entry: str = ""
    """Name of what is known of it, wherever its file is now."""


@dataclass(frozen=True)
class Arrived:
    """The files of a night."""

    night: str
    """A name of 16 hexadecimal digits for these files under these settings and this version."""
    files: tuple[SeenFile, ...]
    """Every file that counts, by path and table; those that are gone too, where known."""
    new: tuple[SeenFile, ...]
    """Those whose content the last night had not seen."""
    gone: tuple[SeenFile, ...]
    """Those of the last night whose content is no longer there."""
    resting: tuple[SeenFile, ...] = ()
    """Those that are gone and known, on a night that cannot count what is only known."""
    sources: Mapping[str, SourceFile] = field(default_factory=dict, repr=False)
    """Name of what is known of a file to the file, where it is there."""

    @property
    def counted_later(self) -> tuple[SeenFile, ...]:
        """What later nights count, unless other content comes."""
        return (*self.files, *self.resting)

    @property
    def once(self) -> list[SeenFile]:
        """The files to count: of equal content, delivered again, the first.

        One that feeds a table through several mappings is there for each.
        """
        first: dict[tuple[str, str], str] = {}
        return [file for file in self.files
                if first.setdefault((file.table, file.sha256), file.path) == file.path]

    def known(self, folder: Path, *, retention_days: int | None, at: datetime) -> KnownFiles:
        """Return what a run needs to read new files only."""
        order = [table.name for table in INPUT_TABLES]
        return KnownFiles(folder, tuple(
            KnownFile(file.path, file.table, file.n_bytes, file.sha256, file.entry,
                      self.sources.get(file.entry))
            for file in sorted(
                self.once, key=lambda file: (order.index(file.table), Path(file.path)))
        ), retention_days, at)


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
    seen = [SeenFile(**row) for row in known]
    before = {file.path: file for file in seen}
    found: list[SeenFile] = []
    sources: dict[str, SourceFile] = {}
    readers = tuple(reader.table for reader in job.PROMPT_READERS)
    tables = {file.table for file in seen if file.entry and told.knows}
    for source in discover(told.inputs, told.run, known=tables).files:
        try:
            status = source.path.stat()
            last = before.get(str(source.path))
            is_same = last and (last.n_bytes, last.modified) == (status.st_size, status.st_mtime_ns)
            sha256 = last.sha256 if last and is_same else sha256_of(source.path)
        except OSError as error:
            raise InputError(
                f"cannot read {source.path}: {error.strerror or error}",
                fix="look whether it is still being delivered, and who may read it",
            ) from error
        entry = entry_name(source, sha256, readers)
        sources.setdefault(entry, source)
        found.append(SeenFile(str(source.path), source.table, status.st_size, status.st_mtime_ns,
                              sha256, entry))
    there = {file.path for file in found}
    have = {(file.table, file.sha256) for file in found}
    # One that is there counts as it is read now, whatever it fed before.
    kept = [file for file in seen if file.path not in there and file.entry]
    files = sorted([*found, *(kept if told.knows else ())],
                   key=lambda file: (file.path, file.table))
    had = {(file.table, file.sha256) for file in seen}
    return Arrived(
        _night({(file.table, file.sha256) for file in files}, told), tuple(files),
        tuple(file for file in found if (file.table, file.sha256) not in had),
        tuple(file for file in seen if (file.table, file.sha256) not in have),
        () if told.knows else tuple(kept), sources,
    )


def read_again(run: Callable[[], job.RunResult], n_files: int) -> job.RunResult:
    """Run, and once more for each file of which what is known turned out to be damaged.

    Raises
    ------
    DamagedEntry
        If that file is gone.
    """
    for _ in range(n_files):
        try:
            return run()
        except DamagedEntry as error:
            if not error.is_there:
                raise
            log.warning("%s; it is read again", error.problem)
    return run()


def as_rows(files: Sequence[SeenFile]) -> list[dict[str, Any]]:
    """Return files as plain values."""
    return [asdict(file) for file in files]


def _night(contents: set[tuple[str, str]], told: NightlySettings) -> str:
    """Name a night: other files, other settings or another version are another night."""
    settings = sorted((name, repr(value)) for name, value in asdict(told.run).items())
    text = repr((sorted(contents), settings, told.retention_days, version("linkage")))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
