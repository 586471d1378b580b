"""Input folders made from rows, in every format of the contract."""

import csv
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.ingest import IngestReport, ingest
from linkage.ingest.known import KnownFile, KnownFiles, entry_name
from linkage.ingest.sources import discover
from linkage.ingest.text_readers import PromptReader
from linkage.settings import Settings
from linkage.store import Store

KEY = b"a key of sixteen bytes or more"
Row = Mapping[str, Any]


def write_table(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows to a file in the format of its ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    if path.name.endswith(".parquet"):
        pq.write_table(pa.table({n: [row.get(n) for row in rows] for n in names}), path)
    else:
        text = _csv(names, rows) if ".csv" in path.name else _jsonl(rows)
        path.write_bytes(_compressed(path.name, text.encode()))
    return path


def _csv(names: Sequence[str], rows: Sequence[Row]) -> str:
    class Lines(list[str]):
        write = list.append

    lines = Lines()
    writer = csv.DictWriter(lines, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return "".join(lines)


def _jsonl(rows: Sequence[Row]) -> str:
    return "".join(json.dumps(dict(row), default=str) + "\n" for row in rows)


def _compressed(name: str, data: bytes) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(data, mtime=0)
    if name.endswith(".zst"):
        return pa.Codec("zstd").compress(data, asbytes=True)
    return data


@dataclass(frozen=True)
class Ingested:
    """What an ingest left behind."""

    report: IngestReport
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    quarantine: dict[str, list[tuple[str, int, str, str]]] = field(default_factory=dict)
    """Table to (file name, row, reason, column)."""

    def groups(self, kind: str) -> set[frozenset[str]]:
        """Return the sets of accounts that share a value of a kind."""
        ids = {row["account_ix"]: row["account_id"] for row in self.tables["account"]}
        held: dict[int, set[str]] = {}
        kinds = {row["identifier_ix"]: row["kind"] for row in self.tables["identifier"]}
        for row in self.tables["holding"]:
            held.setdefault(row["identifier_ix"], set()).add(ids[row["account_ix"]])
        return {frozenset(who) for ix, who in held.items() if kinds[ix] == kind}


_STAGES = (
    "account", "identifier", "holding", "account_kind", "link", "activity", "decision",
    "kind_summary", "model",
)


_EACH = ("select a.* exclude (n_events) from activity as a "
         "cross join lateral (select unnest(range(a.n_events)))")
"""A row per event, whether events were read or are known in sums."""


def run_ingest(
    folder: Path, *, settings: Settings | None = None, threads: int = 2, key: bytes = KEY,
    known: KnownFiles | None = None, readers: tuple[PromptReader, ...] = (),
) -> Ingested:
    """Ingest a folder, or what is known of it, and return every stage table and the quarantine."""
    quarantine = folder.parent / f"{folder.name}-quarantine"
    with Store(folder.parent / f"{folder.name}-store", memory_limit_mb=1000, threads=threads) as s:
        report = ingest(
            s, [folder], settings=settings or Settings(max_bad_rows=1.0), key=key,
            quarantine=quarantine, known=known, prompt_readers=readers,
        )
        tables = {
            name: s.arrow(_EACH if name == "activity" else f"select * from {name}").to_pylist()
            for name in (*_STAGES, *(one.table for one in readers if s.exists(one.table)))
        }
    bad = {}
    for path in sorted(quarantine.glob("*.csv")):
        with path.open(newline="") as file:
            bad[path.stem] = [
                (Path(r["file"]).name, int(r["row"]), r["reason"], r["column"])
                for r in csv.DictReader(file)
            ]
    return Ingested(report, tables, bad)


def known_files(
    folder: Path, state: Path, *, retention_days: int | None = None,
    at: datetime = datetime(2026, 6, 1, tzinfo=UTC), readers: tuple[PromptReader, ...] = (),
) -> KnownFiles:
    """Return the files of a folder as a night hands them to ingest."""
    files = []
    for source in discover([folder], Settings()).files:
        sha256 = hashlib.sha256(source.path.read_bytes()).hexdigest()
        name = entry_name(source, sha256, tuple(one.table for one in readers))
        files.append(KnownFile(str(source.path), source.table, source.path.stat().st_size,
                               sha256, name, source))
    return KnownFiles(state, tuple(files), retention_days, at)


def accounts(*ids: str, **columns: Any) -> list[dict[str, Any]]:
    """Return one row per account."""
    return [{"account_id": account_id, **columns} for account_id in ids]


def event(
    account_id: str | None, occurred_at: Any = "2026-05-01T10:00:00Z", **columns: Any
) -> dict[str, Any]:
    """Return one row of events."""
    return {"account_id": account_id, "occurred_at": occurred_at, **columns}
