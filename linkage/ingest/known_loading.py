"""Brings what is known of files back into memory, some millions of rows at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkage.ingest.known import Entry, Known
from linkage.queries import query
from linkage.store import Store

ROWS_TO_LOAD = 4_000_000
"""Rows that are in memory beside the engine at once."""


@dataclass(frozen=True)
class Placed:
    """What is known of one file of a table."""

    file_ix: int
    """Place of the file among those of its table."""
    entry: Entry
    is_there: bool
    """Is the file still there?"""


def whole(
    known: Known, placed: Placed, table: str, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return a table of an entry, with ``file_ix``.

    Raises
    ------
    DamagedEntry
        If it cannot be read.
    """
    return pa.concat_tables(pieces(known, placed, table, columns))


def loaded(
    known: Known, entries: Sequence[Placed], columns: Sequence[str] | None,
    shape: Callable[[Entry, pa.Table], pa.Table] = lambda _, rows: rows,
) -> Iterator[pa.Table]:
    """Yield the rows of some entries, small ones together, with ``file_ix``.

    Parameters
    ----------
    shape
        Changes the rows of an entry.

    Raises
    ------
    DamagedEntry
        If an entry cannot be read.
    """
    waiting: list[pa.Table] = []
    for placed in entries:
        for rows in pieces(known, placed, "rows", columns):
            waiting.append(shape(placed.entry, rows))
            if sum(table.num_rows for table in waiting) >= ROWS_TO_LOAD:
                yield pa.concat_tables(waiting)
                waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def load_last(store: Store, known: Known, entries: Sequence[Placed]) -> None:
    """Make ``raw_accounts`` of the last row of each account, and of rows that may be bad.

    A file at a time, the last one first: a table of all accounts that comes every day takes no
    more memory than one of them.

    Parameters
    ----------
    entries
        Of accounts, in order; at least one.

    Raises
    ------
    DamagedEntry
        If an entry cannot be read.
    """
    store.drop("raw_accounts")
    for placed in reversed(entries):
        with store.lent("read_accounts", whole(known, placed, "rows")):
            store.insert("raw_accounts", query("ingest", "account_not_replaced").body
                         if store.exists("raw_accounts") else "select * from read_accounts")


def pieces(
    known: Known, placed: Placed, table: str, columns: Sequence[str] | None, *,
    rows: int = ROWS_TO_LOAD,
) -> Iterator[pa.Table]:
    """Yield a table of an entry in pieces of about so many rows, with ``file_ix``.

    Raises
    ------
    DamagedEntry
        If it cannot be read, or turns out not to be whole.
    """
    n = 0
    try:
        for piece in known.vault(placed.entry).batches(table, columns, rows=rows):
            n += piece.num_rows
            file_ix = np.full(piece.num_rows, placed.file_ix, np.int32)
            yield piece.add_column(0, "file_ix", pa.array(file_ix))
    except (OSError, pa.ArrowException) as error:
        raise known.damaged(placed.entry, error, is_there=placed.is_there) from error
    if n != placed.entry.n_rows[table]:
        raise known.damaged(placed.entry, f"{table} is not whole", is_there=placed.is_there)


def n_forgotten(entries: Sequence[Placed]) -> int:
    """Return how many rows of forgotten accounts were left out of some entries."""
    return sum(one.entry.n_forgotten for one in entries)
