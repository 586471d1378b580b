"""Brings what investigators decided in Neo4j into the input form of the next run."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.investigate.client import Graph
from linkage.queries import statement
from linkage.schema import INSTANT

DECISIONS = pa.schema([
    pa.field("decision_id", pa.string(), nullable=False),
    pa.field("account_id", pa.string()),
    pa.field("ring_id", pa.string()),
    pa.field("decision", pa.string()),
    pa.field("decided_at", INSTANT),
    pa.field("decided_by", pa.string()),
    pa.field("note", pa.string()),
])
"""The input table ``decisions``, with the id that tells two decisions apart."""

FILE = "decisions_neo4j.parquet"
"""Name in an input folder: beside any ``decisions`` that are there already."""


@dataclass(frozen=True)
class Pulled:
    """What a pull wrote."""

    path: Path
    n_rows: int
    n_new: int
    """Rows that the file did not have before."""


def pull(graph: Graph) -> pa.Table:
    """Return every decision in the graph, oldest first.

    Raises
    ------
    GraphStoreError
        If Neo4j fails.
    """
    rows = [
        row | {"decided_at": _instant(row["decided_at"])}
        for row in graph.read(statement("decisions", "pull"))
        if row["account_id"] is not None or row["ring_id"] is not None
    ]
    return pa.Table.from_pylist([_as_text(row) for row in rows], DECISIONS)


def keep(decisions: pa.Table, to: Path) -> Pulled:
    """Add decisions to a file; what it holds already stays as it is.

    Parameters
    ----------
    decisions
        As :func:`pull` returns them.
    to
        A ``.parquet``, ``.csv`` or ``.jsonl`` file, or a folder for ``decisions_neo4j.parquet``.

    Raises
    ------
    InputError
        If the file cannot be read or written.
    """
    path = to if to.suffix in (".parquet", ".csv", ".jsonl") else to / FILE
    try:
        before = _read(path) if path.exists() else DECISIONS.empty_table()
        known = set(before["decision_id"].to_pylist())
        new = decisions.filter(pa.array(
            [one not in known for one in decisions["decision_id"].to_pylist()], pa.bool_()))
        if new.num_rows or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.partial")
            _write(pa.concat_tables([before, new]), partial, path.suffix)
            os.replace(partial, path)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(
            f"cannot add decisions to {path}: {str(error).splitlines()[0]}",
            fix="name another file with --to; this one is left as it was",
        ) from error
    return Pulled(path, before.num_rows + new.num_rows, new.num_rows)


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    """Keep whatever somebody typed as text."""
    return {name: value if value is None or name == "decided_at" else str(value)
            for name, value in row.items()}


def _instant(text: str | None) -> datetime | None:
    """Read an instant of Neo4j; None for what is none."""
    try:
        found = datetime.fromisoformat(re.sub(r"\[.*\]$", "", text or ""))
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def _read(path: Path) -> pa.Table:
    """Read a file that an earlier pull wrote."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    elif path.suffix == ".csv":
        table = pa.csv.read_csv(
            path, parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=DECISIONS, strings_can_be_null=True, quoted_strings_can_be_null=False),
        )
    else:
        table = pa.json.read_json(
            path, parse_options=pa.json.ParseOptions(explicit_schema=DECISIONS))
    return table.select(DECISIONS.names).cast(DECISIONS)


def _write(table: pa.Table, path: Path, form: str) -> None:
    """Write a table in the form of its file's ending."""
    if form == ".parquet":
        pq.write_table(table, path, compression="zstd")
    elif form == ".csv":
        pa.csv.write_csv(table, path)
    else:
        table.to_pandas().to_json(
            path, orient="records", lines=True, date_format="iso", date_unit="us")
