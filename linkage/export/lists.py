"""Writes lists and differences as CSV, JSON lines and Parquet."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.export.commit import write_private
from linkage.export.difference import WHY
from linkage.export.ledger import Change
from linkage.export.statements import STATEMENTS, Statement, plain

CHANGES = pa.schema([
    pa.field("change", pa.string(), nullable=False),
    pa.field("why", pa.list_(pa.string()), nullable=False),
    pa.field("tier_before", pa.string()),
    pa.field("ring_before", pa.string()),
    *STATEMENTS,
])
"""Columns of the differences, in order."""

Rows = Sequence[Mapping[str, Any]]


def rows_of(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Return statements as rows of :data:`STATEMENTS`."""
    return [vars(statement) for statement in statements]


def rows_of_changes(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return a difference as rows of :data:`CHANGES`, codes spelt out."""
    return [
        {"change": change.change, "why": tuple(WHY[code] for code in change.why),
         "tier_before": change.tier_before, "ring_before": change.ring_before,
         **vars(change.statement)}
        for change in changes
    ]


def write_list(path: Path, rows: Rows, schema: pa.Schema, form: str) -> None:
    """Write rows in one form: ``csv``, ``jsonl`` or ``parquet``."""
    write_private(path, {"csv": as_csv, "jsonl": as_jsonl, "parquet": as_parquet}[form](
        rows, schema
    ))


def as_csv(rows: Rows, schema: pa.Schema) -> bytes:
    """Return rows as CSV that a spreadsheet cannot run.

    UTF-8, every text in quotes, several sentences joined by ``"; "``, codes by a space.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(schema.names)
    for row in rows:
        writer.writerow([_cell(name, row[name]) for name in schema.names])
    return text.getvalue().encode()


def _cell(name: str, value: Any) -> Any:
    """Return one cell."""
    if isinstance(value, float | int):
        return value
    if isinstance(value, tuple):
        value = " ".join(value) if name == "reason_codes" else "; ".join(value)
    if name == "account_id":
        return harmless(str(value))
    return harmless(_readable("" if value is None else str(plain(value))))


def _readable(text: str) -> str:
    """Return text without control characters; masks as asterisks, as spreadsheets guess at
    encodings."""
    return "".join(
        "\ufffd" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
        for letter in text.replace("•", "*").replace("…", "..")
    )


_FORMULA = re.compile(r"((?:^|[,;\t\r\n|])[\s\"]*)(?=[=+\-@'＝＋－＠\t\r\n])")
_QUOTED = re.compile(r"((?:^|[,;\t\r\n|])[\s\"]*)'(?=[=+\-@'＝＋－＠\t\r\n])")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe goes before it.

    Also behind a comma, semicolon, tab or bar, where a spreadsheet of another country may
    cut the cell in two.

    Examples
    --------
    >>> harmless("=1+1")
    "'=1+1"
    >>> harmless("a;-2+3")
    "a;'-2+3"
    """
    return _FORMULA.sub(r"\1'", text)


def original(text: str) -> str:
    """Return the text that :func:`harmless` was given.

    Examples
    --------
    >>> original("'=1+1")
    '=1+1'
    """
    return _QUOTED.sub(r"\1", text)


def as_jsonl(rows: Rows, schema: pa.Schema) -> bytes:
    """Return rows as JSON lines; instants as ISO 8601 (UTC)."""
    return "".join(
        json.dumps({name: plain(row[name]) for name in schema.names}) + "\n" for row in rows
    ).encode()


def as_parquet(rows: Rows, schema: pa.Schema) -> bytes:
    """Return rows as Parquet."""
    columns = {name: [_arrow(row[name]) for row in rows] for name in schema.names}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns, schema=schema), sink, compression="zstd")
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _arrow(value: Any) -> Any:
    """Return one value as Arrow takes it."""
    return list(value) if isinstance(value, tuple) else value
