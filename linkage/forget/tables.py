"""Takes accounts out of Parquet files: written beside, checked, renamed into place."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.errors import InputError

NAMES = ("account_id", "account_id_l", "account_id_r", "identifier_id")
"""Columns that may hold a raw account id; of identifiers, a direct relation's other account."""


def with_accounts(path: Path, accounts: Collection[str]) -> int:
    """Count the rows of a Parquet file that name one of some accounts.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        file = pq.ParquetFile(path)
        columns = _columns(file.schema_arrow)
        if not columns:
            return 0
        wanted = pa.array(sorted(accounts), pa.string())
        return sum(
            int(pc.sum(_names(pa.Table.from_batches([batch]), columns, wanted)).as_py() or 0)
            for batch in file.iter_batches(columns=columns)
        )
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"cannot read {path}: {error}", fix="remove it, or bring it back from a backup"
        ) from error


def without_accounts(path: Path, accounts: Collection[str]) -> int:
    """Rewrite a Parquet file without the rows that name some accounts; return how many went.

    The file is replaced at once, and only where something goes.

    Raises
    ------
    InputError
        If the file cannot be read or written.
    """
    n_rows = with_accounts(path, accounts)
    if n_rows:
        table = pq.read_table(path, partitioning=None)
        replace(path, kept(table, accounts))
    return n_rows


def kept(table: pa.Table, accounts: Collection[str]) -> pa.Table:
    """Return the rows that name none of some accounts, in their order."""
    columns = _columns(table.schema)
    if not columns:
        return table
    return table.filter(pc.invert(_names(table, columns, pa.array(sorted(accounts), pa.string()))))


def replace(path: Path, table: pa.Table) -> None:
    """Put a table in the place of a Parquet file, whole and read back.

    Raises
    ------
    InputError
        If what was written does not hold the rows.
    """
    partial = path.with_name(f".{path.name}.partial")
    pq.write_table(table, partial, compression="zstd")
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    if pq.read_metadata(partial).num_rows != table.num_rows:
        raise InputError(f"{partial} was not written whole", fix="look at the disk, then try again")
    os.replace(partial, path)


def without_values(table: pa.Table, column: str, gone: pa.ChunkedArray | pa.Array) -> pa.Table:
    """Return the rows whose value of a column is not among some."""
    if isinstance(gone, pa.ChunkedArray):
        gone = gone.combine_chunks()
    found = pc.is_in(table[column], value_set=gone.cast(table[column].type))
    return table.filter(pc.invert(found))


def counted_down(
    table: pa.Table, count: str, *, by: Sequence[str], gone: pa.Table
) -> pa.Table:
    """Lower a count by the rows that went.

    Parameters
    ----------
    table
        Rows with a count.
    count
        Its column.
    by
        Columns that say which rows of ``gone`` a row counted.
    gone
        Rows that went.
    """
    if not gone.num_rows:
        return table
    by = list(by)
    less = gone.select(by).to_pandas().value_counts()
    rows = pd.MultiIndex.from_frame(table.select(by).to_pandas())
    lowered = less.reindex(rows).fillna(0).to_numpy().astype(np.int64)
    at = table.schema.get_field_index(count)
    field = table.schema.field(at)
    return table.set_column(at, field, pc.subtract(
        table[count].cast(pa.int64()), pa.array(lowered)).cast(field.type))


def _columns(schema: pa.Schema) -> list[str]:
    """Return the columns that may name an account."""
    return [
        name for name in NAMES
        if name in schema.names and (pa.types.is_string(schema.field(name).type)
                                     or pa.types.is_large_string(schema.field(name).type))
    ]


def _names(table: pa.Table, columns: list[str], accounts: pa.Array) -> pa.ChunkedArray:
    """Flag the rows that name one of the accounts."""
    flags = [
        pc.is_in(table[name], value_set=accounts.cast(table[name].type)) for name in columns
    ]
    found = flags[0]
    for other in flags[1:]:
        found = pc.or_(found, other)
    return found
