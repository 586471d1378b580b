"""Input tables as read: every row with its file, its number and what is wrong with it."""

from collections.abc import Callable

import duckdb

from linkage.ingest.layouts import unreadable
from linkage.ingest.reading import MISSING, TableReader
from linkage.store import Store

UNKNOWN, DUPLICATE, BAD_CIDR, BAD_IP = (
    "unknown account", "duplicate account", "bad cidr", "malformed ip"
)
MISSING_ACCOUNT = f"{MISSING}:account_id"


def read_rows(store: Store, reader: TableReader) -> int:
    """Make ``raw_NAME`` of all rows of an input table, and return how many.

    ``first_NAME`` has the number of each file's first row: text files are numbered along all
    files of a part.

    Raises
    ------
    InputError
        If a file turns out to be unreadable.
    """
    with store.in_order():
        name = reader.table.name
        n = reading(store, reader, lambda: store.create(f"raw_{name}", reader.select()))
    store.create(f"first_{name}", f"select file_ix, min(row_no) as first_no from raw_{name} "
                                  "group by file_ix")
    return n


def reading(store: Store, reader: TableReader, read: Callable[[], int]) -> int:
    """Run a read and name the file at fault where it fails."""
    try:
        return read()
    except duckdb.OutOfMemoryException:
        raise  # no file's fault
    except duckdb.Error as error:
        for file_ix, file in enumerate(reader.files):
            one = reader.of_file(file_ix).select(numbered=False)
            try:
                store.scalar(f"select max(hash(r)) from ({one}) as r")
            except duckdb.Error as cause:
                raise unreadable(file.path, cause) from error
        raise


def faults(table: str, found: str = "null", joins: str = "") -> str:
    """Return the SELECT of the bad rows of ``raw_TABLE``: file_ix, row_no, fault.

    Parameters
    ----------
    found
        Expression of a fault that only other tables show, over ``r`` and the joined tables.
    joins
        Joins that bring those tables.
    """
    return f"""
        select r.file_ix, r.row_no - b.first_no + 1 as row_no, coalesce(r.fault, {found}) as fault
        from raw_{table} as r
        join first_{table} as b on r.file_ix = b.file_ix
        {joins}
        where coalesce(r.fault, {found}) is not null
    """


def unknown_accounts(table: str, *columns: str) -> str:
    """Return the SELECT of the bad rows of a table whose columns name accounts."""
    joins = " ".join(
        f"left join account_key as k{n} on r.{column} = k{n}.account_id"
        for n, column in enumerate(columns)
    )
    cases = " ".join(
        f"when r.{column} is not null and k{n}.account_id is null then '{UNKNOWN}:{column}'"
        for n, column in enumerate(columns)
    )
    return faults(table, f"(case {cases} end)", joins)
