"""Sizes and checksums of the input files, taken while the tables are made."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from linkage.ingest.sources import SourceFile
from linkage.ingest.tables import InputFile


class Checksums:
    """Hashes files on one thread beside the work of others."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = files
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checksum")
        # A file may feed two tables: it is hashed once.
        paths = sorted({file.path for file in files})
        self._sums: dict[Path, Future[str]] = {p: self._pool.submit(sha256_of, p) for p in paths}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def files(self) -> tuple[InputFile, ...]:
        """Return every file with its size and checksum, by path and table."""
        return tuple(sorted(
            (
                InputFile(str(f.path), f.table, f.path.stat().st_size, self._sums[f.path].result())
                for f in self._files
            ),
            key=lambda file: (file.path, file.table),
        ))


def sha256_of(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
