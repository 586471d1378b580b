"""A simulated world cut into nights, as a warehouse would drop it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CLOCKS = {
    "events": "occurred_at", "payments": "paid_at", "identifiers": "seen_at", "links": "seen_at",
}
"""Table to the column that says on which night a row comes."""


@dataclass(frozen=True)
class Night:
    """What one night brings."""

    until: datetime
    """Midnight after it."""
    folder: Path
    """Tables with the rows of that day alone; ``accounts`` holds the accounts made that day."""


def read_table(world: Path, name: str) -> pa.Table:
    """Return a table of a world, whether it is a file or a folder of files."""
    place = world / name
    return pq.read_table(place if place.is_dir() else world / f"{name}.parquet")


def split(world: Path, out: Path, *, days: int, start: datetime) -> Iterator[Night]:
    """Write a world night by night; the first night brings all that was before, too."""
    tables = {name: (read_table(world, name), clock) for name, clock in CLOCKS.items()}
    tables["accounts"] = (read_table(world, "accounts"), "created_at")
    since = datetime(1990, 1, 1, tzinfo=UTC)
    for day in range(days):
        until = start + timedelta(days=day + 1)
        folder = out / f"night={start + timedelta(days=day):%Y-%m-%d}"
        folder.mkdir(parents=True)
        for name, (table, clock) in tables.items():
            when = table[clock].cast(pa.timestamp("us", tz="UTC"))
            # What has no instant comes on the first night, what is after the last day on it.
            when = pc.fill_null(when, pa.scalar(start, when.type))
            late = pc.less(when, pa.scalar(until, when.type))
            if day == days - 1:
                late = pc.fill_null(pc.is_valid(when), False)
            here = pc.and_(pc.greater_equal(when, pa.scalar(since, when.type)), late)
            rows = table.filter(here)
            if rows.num_rows:
                pq.write_table(rows, folder / f"{name}.parquet")
        if day == 0:
            shutil.copy(world / "networks.csv", folder / "networks.csv")
        since = until
        yield Night(until, folder)


def as_known(world: Path, until: datetime) -> pa.Table:
    """Return the accounts as a provider knew them: nobody is banned who still acts later."""
    accounts, events = read_table(world, "accounts"), read_table(world, "events")
    last = events.group_by("account_id").aggregate([("occurred_at", "max")])
    rows = accounts.join(last, "account_id").sort_by("account_id")
    active = pc.or_(pc.not_equal(rows["status"], "banned"),
                    pc.fill_null(pc.greater_equal(rows["occurred_at_max"], until), False))
    status = pc.if_else(active, pc.if_else(pc.equal(rows["status"], "banned"), "active",
                                           rows["status"]), "banned")
    rows = rows.set_column(rows.column_names.index("status"), "status", status)
    here = pc.less(rows["created_at"], pa.scalar(until, rows["created_at"].type))
    return rows.filter(here).drop_columns("occurred_at_max")
