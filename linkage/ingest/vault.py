"""Tables at rest that nobody reads without the deployment's key: encrypted Parquet."""

import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from linkage.errors import InputError
from linkage.sharing import ahead

ROWS_AT_ONCE = 1 << 18
"""Rows of a row group: what is decrypted and checked together."""


class Vault:
    """A folder of encrypted tables.

    Every file has a key of its own, made of the deployment's key and the file's name, so that
    no key meets the same bytes twice. Names must therefore never be used again. Whoever
    changes a byte is found out: AES in Galois counter mode checks each page.

    Parameters
    ----------
    folder
        What follows the last dot of its name is part of the keys, and so are names of files.
    key
        The deployment's secret key.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self._name, self._key = folder.name.rpartition(".")[2], key

    def writer(
        self, table: str, schema: pa.Schema, *, is_random: bool = False
    ) -> pq.ParquetWriter:
        """Return what writes one table, some rows at a time; whoever asks closes it.

        Parameters
        ----------
        is_random
            Are its numbers such that nothing makes them shorter?
        """
        texts = [field.name for field in schema if not pa.types.is_floating(field.type)]
        return pq.ParquetWriter(
            self.folder / f"{table}.parquet", schema,
            compression="none" if is_random else "zstd",
            compression_level=None if is_random else 1,
            use_dictionary=False if is_random else texts, write_statistics=False,
            encryption_properties=pe.create_encryption_properties(self._key_of(table)),
        )

    def write(self, table: str, rows: pa.Table) -> int:
        """Write one table and return its number of rows."""
        with self.writer(table, rows.schema) as writer:
            writer.write_table(rows, row_group_size=ROWS_AT_ONCE)
        return int(rows.num_rows)

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return one table, or some of its columns.

        Raises
        ------
        OSError
            If the file is not there, was changed, or was written under another key.
        """
        with self._open(table) as file:
            return file.read(columns=columns and list(columns))

    def batches(
        self, table: str, columns: Sequence[str] | None = None, *, rows: int
    ) -> Iterator[pa.Table]:
        """Yield one table in pieces of about ``rows`` rows, each read while the last is used.

        Raises
        ------
        OSError
            As for :meth:`read`.
        """
        with self._open(table) as file:
            if not file.num_row_groups:
                yield file.read(columns=columns and list(columns))
            for _, piece in _row_groups(file, _together(file.metadata, rows), columns):
                yield piece

    def rows_at(self, table: str, places: npt.NDArray[np.int64]) -> pa.Table:
        """Return some rows of a table; what is far from any is not decrypted.

        Parameters
        ----------
        places
            Numbers of the rows, from 0, ascending.

        Raises
        ------
        OSError
            As for :meth:`read`.
        """
        with self._open(table) as file:
            n_rows = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
            begins = np.cumsum([0, *n_rows])
            bounds = np.searchsorted(places, begins)
            asked = [[at] for at in range(len(n_rows)) if bounds[at] < bounds[at + 1]]
            found = [file.schema_arrow.empty_table()]
            for (at,), rows in _row_groups(file, asked, None):
                its = places[bounds[at] : bounds[at + 1]] - begins[at]
                found.append(rows.take(pa.array(its)))
            return pa.concat_tables(found)

    def n_rows(self, table: str) -> int:
        """Return the number of rows of a table."""
        with self._open(table) as file:
            return int(file.metadata.num_rows)

    def schema(self, table: str) -> pa.Schema:
        """Return the columns of a table."""
        with self._open(table) as file:
            return file.schema_arrow

    def sync(self) -> None:
        """Bring everything in the folder to the disk."""
        for path in self.folder.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(self.folder)

    def _open(self, table: str) -> pq.ParquetFile:
        """Open one table."""
        return pq.ParquetFile(
            self.folder / f"{table}.parquet",
            decryption_properties=pe.create_decryption_properties(self._key_of(table)),
        )

    def _key_of(self, table: str) -> bytes:
        """Return the key of one file."""
        return hmac.digest(
            self._key, b"known table\0" + f"{self._name}/{table}".encode(), "sha256")


def _row_groups(
    file: pq.ParquetFile, asked: Iterable[list[int]], columns: Sequence[str] | None
) -> Iterator[tuple[list[int], pa.Table]]:
    """Yield row groups, each read while the last is used."""
    yield from ahead(
        asked, lambda groups: (groups, file.read_row_groups(groups, columns and list(columns))),
        1, n_waiting=1)


def _together(metadata: pq.FileMetaData, rows: int) -> Iterator[list[int]]:
    """Yield row groups that have about so many rows together."""
    found: list[int] = []
    n = 0
    for group in range(metadata.num_row_groups):
        found.append(group)
        n += metadata.row_group(group).num_rows
        if n >= rows or group == metadata.num_row_groups - 1:
            yield found
            found, n = [], 0


class Pieces:
    """An encrypted table that grows."""

    def __init__(
        self, vault: Vault, table: str, schema: pa.Schema, *, is_random: bool = False
    ) -> None:
        self._writer = vault.writer(table, schema, is_random=is_random)
        self._waiting: list[pa.Table] = []
        self._n = self.n = 0
        self.last = schema.empty_table()

    def __enter__(self) -> "Pieces":
        return self

    def __exit__(self, *error: object) -> None:
        self._store()
        self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Take some rows; write when they are many."""
        self.last = rows
        self._waiting.append(rows)
        self._n += rows.num_rows
        self.n += rows.num_rows
        if self._n >= ROWS_AT_ONCE:
            self._store()

    def _store(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=ROWS_AT_ONCE)
        self._waiting, self._n = [], 0


def key_check(key: bytes) -> str:
    """Return what tells one key from another and gives neither away."""
    return hmac.digest(key, b"known files\0", "sha256").hex()[:32]


def fingerprint(*parts: object) -> str:
    """Return 24 hexadecimal digits that stand for some values."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def write_whole(
    folder: Path, key: bytes, told_in: str, fill: Callable[[Vault, str], tuple[str, dict[str, Any]]]
) -> None:
    """Write a folder of tables beside its place; it has its name when it is whole.

    Parameters
    ----------
    folder
        Where it goes.
    told_in
        Name of the file that says what it is.
    fill
        Given its tables and a random word that ends its name, writes the tables; returns the
        name and what the file says.

    Raises
    ------
    OSError
        If it cannot be written; nothing of it is left.
    """
    word = secrets.token_hex(8)
    partial = folder / f".{word}"
    try:
        partial.mkdir(mode=0o700)
        vault = Vault(partial, key)
        name, told = fill(vault, word)
        (partial / told_in).write_text(json.dumps(told) + "\n", encoding="utf-8")
        vault.sync()
        partial.rename(folder / name)
        sync_folder(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def says_where(folder: Path) -> Iterator[None]:
    """Tell what could not be written in a folder of the state as an error of the user's."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"cannot write {error.filename or folder}: {error.strerror or error}",
            fix="free some disk space, or name a state folder you may write",
        ) from error


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
