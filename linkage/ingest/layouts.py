"""What columns each input file has, before any row is read."""

import csv
import difflib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.ingest.sources import SourceFile
from linkage.schema import InputTable

_SAMPLE_BYTES = 1 << 20
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Layout:
    """How to read one file."""

    columns: tuple[tuple[str, str], ...]
    """(column, class): class is ``text``, ``number``, ``zoned`` or
    ``instant`` (with or without time zone), or ``boolean``. Those of
    a CSV file are all its columns, in order."""
    hive: tuple[str, ...] = ()
    """Columns that come from the folder names (``date=2026-05-01``)."""
    delimiter: str = ","

    @property
    def classes(self) -> dict[str, str]:
        """Column to class, those from folder names included."""
        return {**dict.fromkeys(self.hive, "text"), **dict(self.columns)}


def layout_of(file: SourceFile, table: InputTable) -> Layout:
    """Return how to read a file, checked against its table.

    Raises
    ------
    InputError
        If the file cannot be read, is cut short, or lacks a required column.
    """
    try:
        layout = _READERS[file.format](file.path)
    except (OSError, EOFError, pa.ArrowException, UnicodeDecodeError, ValueError) as error:
        raise unreadable(file.path, error) from error
    hive = tuple(sorted(
        part.split("=", 1)[0] for part in file.path.parts[:-1] if part.find("=") > 0
    ))
    layout = Layout(
        layout.columns,
        tuple(name for name in hive if name not in dict(layout.columns)),
        layout.delimiter,
    )
    # An empty JSON Lines file names no columns, and has no rows to miss any.
    if layout.columns or file.format != "jsonl":
        _check_columns(file, table, layout)
    return layout


def unreadable(path: Path | str, error: Exception) -> InputError:
    """Return the one error for a file whose bytes make no sense."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(
        f"cannot read {path}: {first[:200]}",
        fix="copy the file again from its source: it may be cut short or not what its name says",
    )


def _check_columns(file: SourceFile, table: InputTable, layout: Layout) -> None:
    """Refuse a file that lacks a required column, with a guess at what was meant."""
    there = layout.classes
    for column in table.required:
        if column in file.mapping.constants:
            continue
        wanted = file.mapping.columns.get(column, column)
        if wanted not in there:
            raise InputError(
                f"{file.path} has no column {wanted}, required in {table.name}",
                fix=_hint(wanted, column, table.name, file, list(there)),
            )


def _hint(wanted: str, column: str, table: str, file: SourceFile, there: list[str]) -> str:
    """Return what to do about a missing column."""
    lower = {name.lower().strip(): name for name in there}
    close = difflib.get_close_matches(wanted.lower(), lower, n=1, cutoff=0.6)
    if close:
        guess = lower[close[0]]
        return (
            f"did you mean {guess}? map it in linkage.toml: [[tables.{table}]] "
            f'source = "{file.mapping.source}", columns = {{{column} = "{guess}"}}'
        )
    return f"columns found: {', '.join(there[:20]) or 'none'}"


def _parquet(path: Path) -> Layout:
    """Read a Parquet footer."""
    schema = pq.read_schema(path)
    return Layout(tuple((field.name, _class(field.type)) for field in schema))


def _class(kind: pa.DataType) -> str:
    """Return the class of an Arrow type."""
    types = pa.types
    if types.is_dictionary(kind):
        return _class(kind.value_type)
    if types.is_timestamp(kind) and kind.tz is not None:
        return "zoned"
    if types.is_timestamp(kind) or types.is_date(kind):
        return "instant"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    return "boolean" if types.is_boolean(kind) else "text"


def _csv(path: Path) -> Layout:
    """Read a CSV header."""
    text = _beginning(path)
    if not text.strip():
        raise ValueError("the file is empty, not even a header line")
    first = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=first.count)
    header = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    if len(set(header)) < len(header):
        raise ValueError("two columns of the header have the same name")
    return Layout(tuple((name, "text") for name in header), delimiter=delimiter)


def _jsonl(path: Path) -> Layout:
    """Read the keys that occur near the beginning."""
    keys: dict[str, str] = {}
    for line in _beginning(path).splitlines():
        try:
            row: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            keys.update(dict.fromkeys(row, "text"))
    return Layout(tuple(keys.items()))


def _beginning(path: Path) -> str:
    """Return the start of a text file, decompressed by its ending."""
    with pa.input_stream(str(path), compression="detect") as stream:
        data = stream.read(_SAMPLE_BYTES)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("it is UTF-16 and must be UTF-8")
    return str(bytes(data).decode("utf-8-sig", errors="replace"))


_READERS = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}
