"""Builds the SELECT that reads an input table's files: the engine's side of ingest.

Names come from the contract, paths and a user's column names are quoted. The rows that
come out have the contract's columns and types, the file and row they stand in, and a
``fault`` where a row is bad: ``reason:column``.
"""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from linkage.ingest.layouts import Layout, layout_of
from linkage.ingest.sources import SourceFile
from linkage.own_data import TableMapping
from linkage.schema import InputTable

MAX_LINE_BYTES = 1 << 25
"""Longest line of a text file; 32 MiB, so that one prompt of 10 MB is a prompt."""

MISSING, UNREADABLE = "missing value", "unreadable instant"


@dataclass(frozen=True)
class Part:
    """Consecutive files that one call reads."""

    first_ix: int
    """Place of its first file among the table's files."""
    files: tuple[SourceFile, ...]
    layout: Layout

    @property
    def format(self) -> str:
        """Format that its files share."""
        return self.files[0].format

    @property
    def mapping(self) -> TableMapping:
        """Mapping that its files share."""
        return self.files[0].mapping


@dataclass(frozen=True)
class TableReader:
    """How to read all files of one table."""

    table: InputTable
    parts: tuple[Part, ...]

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The files in order; ``file_ix`` counts along them."""
        return tuple(file for part in self.parts for file in part.files)

    @property
    def is_columnar(self) -> bool:
        """Whether every file gives one column at a time."""
        return all(part.format == "parquet" for part in self.parts)

    @property
    def every_column(self) -> str:
        """A condition that always holds and, for text files, needs every column.

        The engine checks the encoding only of columns it needs. Without this, a second reading
        would refuse other lines than the first, and count rows differently.
        """
        return "true" if self.is_columnar else "hash(r) is not null"

    def has(self, column: str) -> bool:
        """Tell whether any file brings a column."""
        return any(_source(part, column) is not None for part in self.parts)

    def of_file(self, file_ix: int) -> "TableReader":
        """Return a reader of one file, which keeps its place."""
        for part in self.parts:
            place = file_ix - part.first_ix
            if 0 <= place < len(part.files):
                one = Part(file_ix, (part.files[place],), part.layout)
                return TableReader(self.table, (one,))
        raise ValueError(f"no file {file_ix} in {self.table.name}")

    def select(self, *, numbered: bool = True) -> str:
        """Return the SELECT of the rows: file_ix, row_no, the contract's columns, fault.

        Parameters
        ----------
        numbered
            Give each row its number in its part (from 1); else null. Text files are then
            read by one thread. Without numbers, empty texts of events stay empty, not null.
        """
        if not self.parts:
            return _nothing(self.table)
        return "\nunion all\n".join(
            _part_select(self.table, part, numbered=numbered) for part in self.parts
        )


def reader_of(table: InputTable, files: Sequence[SourceFile]) -> TableReader:
    """Return how to read the files of one table, each checked by its header.

    Raises
    ------
    InputError
        If a file cannot be read or lacks a required column.
    """
    laid_out = [(file, layout_of(file, table)) for file in files]
    parts: list[Part] = []
    place = 0
    for _, alike in groupby(laid_out, key=lambda f: (f[0].format, repr(f[0].mapping), f[1])):
        group = list(alike)
        parts.append(Part(place, tuple(file for file, _ in group), group[0][1]))
        place += len(group)
    return TableReader(table, tuple(parts))


def rejects_name(table: str, part: Part) -> str:
    """Return the name of the engine's table of lines that are not CSV."""
    return f"reject_{table}_{part.first_ix}"


def _nothing(table: InputTable) -> str:
    """Return a SELECT of no rows for a table that nobody brought."""
    columns = "".join(
        f", null::{'TIMESTAMP' if kind == 'instant' else kind} as {name}"
        for name, kind in table.columns
    )
    return (
        f"select null::INTEGER as file_ix, null::BIGINT as row_no{columns}, "
        "null::VARCHAR as fault where false"
    )


def _part_select(table: InputTable, part: Part, *, numbered: bool) -> str:
    """Return the SELECT of one part."""
    # Events are too many to trim: their values count as written.
    text = "nullif(trim({}), '')"
    if table.name == "events":
        text = "nullif({}, '')" if numbered else "{}"
    typed = [
        (name, kind, _source(part, name), _class(part, name)) for name, kind in table.columns
    ]
    inner = ", ".join(
        f"{_typed(kind, source, given, text=text)} as {name}"
        for name, kind, source, given in typed
    )
    present = "".join(
        f", {source} is not null as has_{name}"
        for name, kind, source, _ in typed
        if kind == "instant" and source is not None
    )
    faults = " ".join(
        f"when {name} is null then '{MISSING}:{name}'"
        for name in table.required
        if dict(table.columns)[name] != "instant"
    )
    for name, kind, source, _ in typed:
        if kind == "instant" and source is not None:
            faults += f" when {name} is null and has_{name} then '{UNREADABLE}:{name}'"
        if kind == "instant" and name in table.required:
            faults += f" when {name} is null then '{MISSING}:{name}'"
    names = ", ".join(name for name, _ in table.columns)
    row_no = _row_number(part) if numbered else "null::BIGINT"
    return (
        f"select file_ix, row_no, {names}, case {faults} end as fault from (\n"
        f"select (file_index + {part.first_ix})::INTEGER as file_ix, {row_no} as row_no, "
        f"{inner}{present}\nfrom {_call(table, part, numbered=numbered)})"
    )


def _row_number(part: Part) -> str:
    """Return the expression that numbers rows: per file for Parquet, else along the part."""
    return "file_row_number + 1" if part.format == "parquet" else "row_number() over ()"


def _source(part: Part, column: str) -> str | None:
    """Return the expression of a contract column in a part's files; None when absent."""
    if column in part.mapping.constants:
        return _text(part.mapping.constants[column])
    name = part.mapping.columns.get(column, column)
    if part.format == "jsonl" or name in part.layout.classes:
        return _name(name)
    return None


def _class(part: Part, column: str) -> str:
    """Return the class of a contract column in a part's files."""
    if column in part.mapping.constants:
        return "text"
    return part.layout.classes.get(part.mapping.columns.get(column, column), "text")


def _typed(kind: str, source: str | None, given: str, *, text: str) -> str:
    """Return a column in the contract's type; null where it cannot be."""
    if source is None:
        return f"null::{'TIMESTAMP' if kind == 'instant' else kind}"
    if kind == "instant":
        return _instant(source, given)
    if kind == "VARCHAR":
        return text.format(f"{source}::VARCHAR")
    return f"try_cast({source} as {kind})"


def _instant(source: str, given: str) -> str:
    """Return an instant in UTC; null where it is unreadable or not between 1973 and 2200."""
    if given == "zoned":
        # A cast to TIMESTAMP goes through the calendar: three times the cost of the whole scan.
        value = f"make_timestamp(epoch_us({source}::TIMESTAMPTZ))"
    elif given == "instant":
        value = f"try_cast({source} as TIMESTAMP)"
    elif given == "number":
        value = _epoch(f"{source}::DOUBLE")
    else:
        value = (
            f"coalesce(try_cast(try_cast({source} as TIMESTAMPTZ) as TIMESTAMP), "
            f"{_epoch(f'try_cast({source} as DOUBLE)')}, "
            # Spellings that the cast refuses: a blank before the offset, small letters,
            # and the basic form of ISO 8601.
            f"try_cast(try_cast(upper(regexp_replace(trim({source}), "
            r"'\s+([+-]\d)', '\1')) as TIMESTAMPTZ) as TIMESTAMP), "
            f"try_strptime(trim({source}), ['%Y%m%dT%H%M%SZ', '%Y%m%dT%H%M%S']))"
        )
    return (
        f"(case when {value} between timestamp '1973-01-01' and timestamp '2200-01-01' "
        f"then {value} end)"
    )


def _epoch(number: str) -> str:
    """Return the instant of an epoch number, its unit told by its size."""
    return (
        f"(case when {number} between 1e8 and 1e11 then make_timestamp(({number} * 1e6)::BIGINT) "
        f"when {number} between 1e11 and 1e14 then make_timestamp(({number} * 1e3)::BIGINT) "
        f"when {number} between 1e14 and 1e17 then make_timestamp({number}::BIGINT) end)"
    )


def _call(table: InputTable, part: Part, *, numbered: bool) -> str:
    """Return the engine's call that reads a part's files."""
    paths = ", ".join(_text(glob.escape(str(file.path))) for file in part.files)
    hive = "true, hive_types_autocast=false" if part.layout.hive else "false"
    options = f"[{paths}], hive_partitioning={hive}"
    if part.format == "parquet":
        # One prompt of raw bytes must not end the run, and an error would quote it.
        return (
            f"read_parquet({options}, file_row_number={str(numbered).lower()}, "
            "utf8_validation='replace')"
        )
    if part.format == "csv":
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name, _ in part.layout.columns)
        name = rejects_name(table.name, part)
        # store_rejects, not ignore_errors: the latter drops good lines after some bad ones.
        return (
            f"read_csv({options}, auto_detect=false, header=true, columns={{{columns}}}, "
            f"delim={_text(part.layout.delimiter)}, quote='\"', escape='\"', nullstr='', "
            f"strict_mode=true, store_rejects=true, rejects_table='{name}', "
            f"rejects_scan='{name}_scan', max_line_size={MAX_LINE_BYTES}, "
            f"buffer_size={2 * MAX_LINE_BYTES})"
        )
    wanted = {part.mapping.columns.get(name, name) for name, _ in table.columns}
    wanted -= set(part.layout.hive)
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in sorted(wanted))
    return (
        f"read_json({options}, format='newline_delimited', ignore_errors=true, "
        f"maximum_object_size={MAX_LINE_BYTES}, columns={{{columns}}})"
    )


def _name(name: str) -> str:
    """Quote a column name."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    """Quote a piece of text."""
    return "'" + value.replace("'", "''") + "'"
