"""The books of the last nights in the state folder, written whole or not at all."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.rings.book import SCHEMAS, Book, no_book

N_KEPT = 3
"""Nights whose books stay: a night that is run again compares with the one before it."""

_NAME = re.compile(r"(\d{6})-([0-9a-f]{16})")


def night_of(inputs: Iterable[tuple[str, str]], as_of: str | None) -> str:
    """Name a night after what it read: 16 hexadecimal digits.

    Parameters
    ----------
    inputs
        (table, checksum) of every file, in any order.
    as_of
        The instant up to which the night counts, or None.

    Examples
    --------
    >>> night_of([], None) == night_of([], None)
    True
    """
    told = "\n".join([*sorted(f"{table} {sha256}" for table, sha256 in inputs), as_of or ""])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class Nights:
    """A folder with one book per night.

    Parameters
    ----------
    folder
        Made when a book is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def before(self, night: str) -> Book:
        """Return the newest book of another night; an empty one when there is none.

        The same night run again compares with the same night before, and so ends in the
        same result.

        Raises
        ------
        InputError
            If a book cannot be read.
        """
        others = [path for path in self._paths() if not path.name.endswith(night)]
        return read_book(others[-1]) if others else no_book()

    def keep(self, night: str, book: Book) -> None:
        """Write a night's book and let the oldest go.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        others = [path for path in self._paths() if not path.name.endswith(night)]
        number = int(others[-1].name[:6]) + 1 if others else 1
        place = self.folder / f"{number:06d}-{night}"
        try:
            write_book(book, place)
            for path in others[: -(N_KEPT - 1)]:
                shutil.rmtree(path)
            # A book of the same night from another time, under another number.
            for path in self._paths():
                if path.name.endswith(night) and path != place:
                    shutil.rmtree(path)
        except OSError as error:
            raise InputError(
                f"cannot write the state in {self.folder}: {error.strerror or error}",
                fix="free some disk space, or name a folder you may write",
            ) from error

    def _paths(self) -> list[Path]:
        """Return the folders of whole books, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))


def read_book(folder: Path) -> Book:
    """Read a book.

    Raises
    ------
    InputError
        If a table is missing or is not as it should be.
    """
    try:
        return Book(**{
            name: pq.read_table(folder / f"{name}.parquet", schema=form)
            for name, form in SCHEMAS.items()
        })
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"cannot read the last rings in {folder}: {error}",
            fix="remove that folder: rings are then compared with the night before it",
        ) from error


def write_book(book: Book, place: Path) -> None:
    """Write a book beside its place, then move it there."""
    partial = place.with_name(f".{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    with ThreadPoolExecutor() as pool:
        written = [
            pool.submit(pq.write_table, getattr(book, name), partial / f"{name}.parquet",
                        compression="zstd")
            for name in SCHEMAS
        ]
    for one in written:
        one.result()
    shutil.rmtree(place, ignore_errors=True)
    os.rename(partial, place)
