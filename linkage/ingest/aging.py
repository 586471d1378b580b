"""What goes from the state again: rows that are too old, and rows of forgotten accounts.

Nothing is marked as gone: an entry is written anew without the rows, without the texts and the
sketches that only they had, and then the old one is removed.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.entries import ACCOUNTS, CLOCKS, span
from linkage.ingest.events import CODES
from linkage.ingest.fold_forgetting import forget_in_folds
from linkage.ingest.folds import Folds, drop_folds
from linkage.ingest.known import Entry, Known
from linkage.ingest.known_loading import Placed, whole
from linkage.ingest.vault import ROWS_AT_ONCE, Pieces, Vault
from linkage.store import Store

Keep = Callable[[pa.Table], pa.ChunkedArray | pa.Array]
"""Flags the rows that stay."""


def oldest_of(entries: Sequence[Entry], days: int | None, at: datetime) -> datetime | None:
    """Return the instant (UTC) before which rows are too old; None where none is.

    It is counted from the newest row of all, or from now if that is earlier.

    Parameters
    ----------
    entries
        What counts tonight.
    days
        Days that a row may be older than the newest; None for any.
    at
        Now, or the instant after which nothing counts.
    """
    newest = [datetime.fromisoformat(entry.newest) for entry in entries if entry.newest]
    if days is None or not newest:
        return None
    return min(max(newest), at.astimezone(UTC).replace(tzinfo=None)) - timedelta(days=days)


def age(known: Known, entries: Sequence[Entry], oldest: datetime) -> int:
    """Let entries without the rows that are too old stand for them; return how many those are.

    Rows without an instant go with the last row of their file that has one. The rows are still
    there until :func:`linkage.ingest.known.keep_only`.

    Parameters
    ----------
    entries
        What counts tonight.
    oldest
        Instant (UTC) before which rows are too old.
    """
    n_gone = 0
    for entry in entries:
        if entry.oldest and datetime.fromisoformat(entry.oldest) < oldest:
            is_over = datetime.fromisoformat(entry.newest or entry.oldest) < oldest
            clock = CLOCKS[entry.table]

            def young(rows: pa.Table, clock: str = clock, is_over: bool = is_over) -> pa.Array:
                is_young = pc.greater_equal(rows[clock], pa.scalar(oldest, pa.timestamp("us")))
                return pc.fill_null(is_young, not is_over)

            new = _narrow(known, replace(entry, since=oldest.isoformat()), young, narrows=entry)
            n_gone += entry.n_rows["rows"] - new.n_rows["rows"]
    return n_gone


def accounts_in_known(folder: Path, accounts: Collection[str], key: bytes) -> int:
    """Count the rows about some accounts in what is known of files; a night may be at work.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    return sum(n for _, _, n in _about(Known(folder, key, is_mine=False), accounts))


def forget_in_known(folder: Path, accounts: Collection[str], key: bytes) -> int:
    """Remove all rows about some accounts from what is known; return how many went.

    Raises
    ------
    InputError
        If it cannot be read or written.
    """
    n_gone, words, events = 0, {}, [pa.array([], pa.uint64())]
    known = Known(folder, key)
    drop_folds(folder)  # where a deletion was cut off, of what was written anew already
    for entry, others, n in _about(known, accounts):
        if entry.table == "events":
            rows = whole(known, Placed(0, entry, is_there=False), "rows",
                         ["account_code", "event_code"])
            events.append(rows.filter(pc.invert(others(rows)))["event_code"].combine_chunks())
        new = _narrow(known, replace(entry, n_forgotten=entry.n_forgotten + n), others,
                      replaces=entry)
        words[entry.word] = new.word
        n_gone += n
    forget_in_folds(Folds(folder, key), _codes(accounts), pa.concat_arrays(events), words)
    drop_folds(folder)
    return n_gone


def _about(known: Known, accounts: Collection[str]) -> Iterator[tuple[Entry, Keep, int]]:
    """Yield entries that have rows about some accounts, what keeps the others, and how many."""
    ids, codes = pa.array(sorted(accounts), pa.string()), _codes(accounts)
    for entry in known.entries():
        columns, gone = ACCOUNTS.get(entry.table, ("account_id",)), ids
        if entry.table == "events":
            columns, gone = ("account_code",), codes
        elif not columns:
            continue

        def others(
            rows: pa.Table, columns: Sequence[str] = columns, gone: pa.Array = gone
        ) -> pa.ChunkedArray:
            named = [pc.is_in(rows[column], value_set=gone) for column in columns]
            return pc.invert(named[0] if len(named) == 1 else pc.or_(*named))

        found = whole(known, Placed(0, entry, is_there=False), "rows", columns)
        n = found.num_rows - (pc.sum(others(found)).as_py() or 0)
        if n:
            yield entry, others, n


def _codes(accounts: Collection[str]) -> pa.Array:
    """Return the numbers of some accounts, as events have them."""
    ids = pa.table({"account_id": pa.array(sorted(accounts), pa.string())})
    with TemporaryDirectory() as work, Store(
        Path(work), memory_limit_mb=256, threads=1
    ) as store, store.lent("forgotten_here", ids):
        found = store.arrow("select hash(account_id) as code from forgotten_here")
    return found["code"].combine_chunks()


def _narrow(
    known: Known, entry: Entry, keep: Keep, *, replaces: Entry | None = None,
    narrows: Entry | None = None,
) -> Entry:
    """Write an entry anew with the rows that stay, and return it."""
    old, n_rows = known.vault(entry), dict(entry.n_rows)
    codes = _Codes()

    def some(new: Vault, table: str, stays: Keep) -> None:
        """Write the rows of a table that stay."""
        with Pieces(new, table, old.schema(table)) as pieces:
            for rows in old.batches(table, rows=ROWS_AT_ONCE):
                pieces.add(rows.filter(stays(rows)))
                if table == "rows" and entry.table == "events":
                    codes.add(pieces.last)
        n_rows[table] = pieces.n

    def fill(new: Vault) -> Entry:
        some(new, "rows", keep)
        for table in sorted(set(n_rows) - {"rows"}):
            stays = {"spelling": codes.are_spelt, "skeleton": codes.are_sketched}.get(table, _all)
            some(new, table, stays)
        oldest, newest = span(new, entry.table)
        return replace(entry, n_rows=n_rows, oldest=oldest, newest=newest)

    return known.write(fill, replaces=replaces, narrows=narrows)


def _all(rows: pa.Table) -> pa.Array:
    """Flag every row."""
    return pa.array([True] * rows.num_rows, pa.bool_())


class _Codes:
    """The numbers that some events have: only their texts and sketches stay."""

    def __init__(self) -> None:
        self._spelt: dict[str, pa.Array] = {column: pa.array([], pa.uint64()) for column in CODES}
        self._sketched = pa.array([], pa.int64())

    def add(self, rows: pa.Table) -> None:
        """Take the numbers of some events."""
        for column, code in CODES.items():
            self._spelt[column] = _union(self._spelt[column], rows[code])
        for code in ("prompt_code", "system_code"):
            if code in rows.column_names:
                self._sketched = _union(self._sketched, rows[code])

    def are_spelt(self, rows: pa.Table) -> pa.ChunkedArray:
        """Flag texts that some event has."""
        found = pa.chunked_array([pa.array([False] * rows.num_rows, pa.bool_())])
        for column, codes in self._spelt.items():
            of_column = pc.equal(rows["column"], column)
            found = pc.or_(found, pc.and_(of_column, pc.is_in(rows["code"], value_set=codes)))
        return found

    def are_sketched(self, rows: pa.Table) -> pa.ChunkedArray:
        """Flag sketches that some event's prompt has."""
        return pc.is_in(rows["code"], value_set=self._sketched)


def _union(known: pa.Array, more: pa.ChunkedArray) -> pa.Array:
    """Return the distinct numbers of two arrays."""
    return pc.unique(pa.concat_arrays([known, pc.drop_null(pc.unique(more))]))
