"""Bad rows: found, counted, written down with file and row, and bounded by a gate.

What is written never holds a value: only the file, the row, the column and the reason.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from linkage.errors import InputError, QualityGateError
from linkage.ingest.reading import TableReader, rejects_name
from linkage.ingest.row_source import NO_LINES, Origin
from linkage.ingest.tables import TableCount
from linkage.store import Store

MOST_ROWS_PAST_GATE = 10_000
"""Rows written of a table that fails its gate: enough to see what is wrong."""

_CSV_REASONS = {
    "UNQUOTED VALUE": "stray quote",
    "INVALID ENCODING": "not UTF-8",
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "LINE SIZE OVER MAXIMUM": "line too long",
}

@dataclass
class Quarantine:
    """Where bad rows go, and how many a table may have."""

    folder: Path
    max_bad_rows: float
    """Share of a table's rows, in [0, 1]."""
    counts: list[TableCount] = field(default_factory=list)

    def close_table(
        self, store: Store, origin: Origin, *, n_rows: int, faults: str
    ) -> None:
        """Write down a table's bad rows, count them, and check the gate.

        Parameters
        ----------
        n_rows
            Rows of the table, without the lines that were not CSV.
        faults
            SELECT of the bad rows: file_ix, row_no (from 1 in each file, lines that were not
            CSV aside), fault (``reason:column``).

        Raises
        ------
        QualityGateError
            If the share of bad rows is past ``max_bad_rows``.
        """
        lines, table = origin.lines, origin.table
        parsed = store.arrow(
            f"select split_part(fault, ':', 1) as reason, count(*) as n from ({faults}) group by 1"
        )
        reasons: Counter[str] = Counter(dict(zip(
            parsed.column("reason").to_pylist(), parsed.column("n").to_pylist(), strict=True
        )))
        reasons.update(fault.split(":")[0] for fault in lines.column("fault").to_pylist())
        commonest_first = sorted(reasons.items(), key=lambda reason: (-reason[1], reason[0]))
        count = TableCount(table, n_rows + lines.num_rows, tuple(commonest_first))
        self.counts.append(count)
        if not count.n_quarantined:
            return
        is_past = count.n_quarantined > self.max_bad_rows * count.n_rows
        limit = f" limit {MOST_ROWS_PAST_GATE}" if is_past else ""
        rows = store.arrow(f"select file_ix, row_no, fault from ({faults}) order by all{limit}")
        self._write(origin, rows)
        if is_past:
            raise self._gate(count)

    def _write(self, origin: Origin, rows: pa.Table) -> None:
        """Write the bad rows of one table."""
        lines = origin.lines
        both = pa.concat_tables([_renumbered(rows, lines), lines]).sort_by(
            [("file_ix", "ascending"), ("row_no", "ascending"), ("fault", "ascending")]
        )
        faults = [fault.split(":") for fault in both.column("fault").to_pylist()]
        table = pa.table({
            "file": [origin.paths[ix] for ix in both.column("file_ix").to_pylist()],
            "row": both.column("row_no"),
            "reason": [reason for reason, _ in faults],
            "column": [column for _, column in faults],
        })
        path = self.folder / f"{origin.table}.csv"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            pacsv.write_csv(table, path)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error}") from error

    def _gate(self, count: TableCount) -> QualityGateError:
        """Return the error of a table with too many bad rows."""
        reason, n = count.reasons[0]
        return QualityGateError(
            f"{count.n_quarantined:,} of {count.n_rows:,} rows of {count.table} are bad "
            f"({count.n_quarantined / count.n_rows:.1%}, at most {self.max_bad_rows:.1%}); "
            f"the commonest reason: {reason} ({n:,})",
            fix=f"see {self.folder / count.table}.csv, mend the input, "
            "or allow more with --max-bad-rows",
        )


def rejected_lines(store: Store, reader: TableReader) -> pa.Table:
    """Return the lines that were not CSV: file_ix, row_no, fault.

    A stray opening quote swallows the lines up to the next quote; each of them is listed.
    """
    found = [NO_LINES]
    for part in reader.parts:
        name = rejects_name(reader.table.name, part)
        if part.format != "csv" or not store.exists(name):
            continue
        rejects = store.arrow(
            f"select s.file_path, r.line - 1 as row_no, min(r.error_type::varchar) as kind, "
            "max(length(r.csv_line) - length(replace(r.csv_line, chr(10), ''))) as n_more, "
            f"any_value(r.column_name) as name from {name} as r "
            f"join {name}_scan as s using (scan_id, file_id) group by 1, 2 order by 1, 2"
        ).to_pylist()
        # The engine keeps the lines themselves: they go at once, they may hold a prompt.
        store.drop(name, f"{name}_scan")
        place = {str(file.path): part.first_ix + ix for ix, file in enumerate(part.files)}
        rows = [
            (place[r["file_path"]], r["row_no"] + more,
             f"{_CSV_REASONS.get(r['kind'], 'not CSV')}:{(r['name'] or '').replace(':', ' ')}")
            for r in rejects
            for more in range(1 + (r["n_more"] if r["kind"] == "UNQUOTED VALUE" else 0))
        ]
        if rows:
            columns = list(zip(*rows, strict=True))
            found.append(pa.table([
                pa.array(column, kind.type)
                for column, kind in zip(columns, NO_LINES.schema, strict=True)
            ], schema=NO_LINES.schema))
    return pa.concat_tables(found)


def _renumbered(rows: pa.Table, lines: pa.Table) -> pa.Table:
    """Count the lines that were not CSV into the row numbers of a file's other rows."""
    if not lines.num_rows or not rows.num_rows:
        return rows.cast(NO_LINES.schema)
    files = rows.column("file_ix").to_numpy()
    numbers = rows.column("row_no").to_numpy().copy()
    for file_ix in np.unique(lines.column("file_ix").to_numpy()):
        at = lines.column("file_ix").to_numpy() == file_ix
        rejected = np.sort(lines.column("row_no").to_numpy()[at])
        before = rejected - 1 - np.arange(len(rejected))
        here = files == file_ix
        numbers[here] += np.searchsorted(before, numbers[here], side="left")
    return pa.table({
        "file_ix": rows.column("file_ix"), "row_no": numbers, "fault": rows.column("fault"),
    }).cast(NO_LINES.schema)
