"""A small world as files that arrive in any order: they overlap, come twice, and go away."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from nights import CLOCKS, read_table

from linkage.nightly import Night, NightResult, load_nightly

SETTINGS = """threads = 1
max_bad_rows = 1.0
[nightly]
inputs = ["drop"]
out = "rings"
state = "state"
"""
KEY = "0123456789abcdef0123456789abcdef\n"


def delivered(world: Path, folder: Path, *, days: int = 3, start: datetime) -> list[Path]:
    """Write a world as files of so many days; each file of events repeats some of the last."""
    folder.mkdir(parents=True)
    step = timedelta(days=10) / days
    for name, clock in CLOCKS.items():
        rows = read_table(world, name)
        when = pc.fill_null(rows[clock].cast(pa.timestamp("us", tz="UTC")),
                            pa.scalar(start, pa.timestamp("us", tz="UTC")))
        for day in range(days):
            first = start + day * step - (timedelta(hours=12) if name == "events" else timedelta())
            first = first if day else start - timedelta(days=9999)
            here = pc.and_(pc.greater_equal(when, pa.scalar(first, when.type)),
                           pc.less(when, pa.scalar(start + (day + 1) * step, when.type)))
            _write(rows.filter(here), folder / f"{name}_{day}", as_csv=day == 1)
    accounts = read_table(world, "accounts")
    half = accounts.num_rows // 2
    _write(accounts.slice(0, half + 20), folder / "accounts_0")
    _write(accounts.slice(half), folder / "accounts_1", as_csv=True)
    shutil.copy(world / "networks.csv", folder / "networks.csv")
    # The same file once more, under another name.
    shutil.copy(folder / "events_0.parquet", folder / "events_again.parquet")
    return sorted(folder.iterdir())


def _write(rows: pa.Table, path: Path, *, as_csv: bool = False) -> None:
    """Write a table, where it has rows."""
    if not rows.num_rows:
        return
    if as_csv:
        pa.csv.write_csv(rows, path.with_name(f"{path.name}.csv"))
    else:
        pq.write_table(rows, path.with_name(f"{path.name}.parquet"))


def in_order(files: list[Path], seed: int, n_nights: int) -> list[list[Path]]:
    """Deal files to nights; the first has accounts and events, so that it can run."""
    rng = np.random.default_rng(seed)
    tables = ("accounts", "events")
    first = [rng.choice([file for file in files if file.name.startswith(name)])
             for name in tables]
    rest = [file for file in files if file not in first]
    rng.shuffle(rest)
    cuts = np.sort(rng.integers(0, len(rest) + 1, n_nights - 1))
    parts = np.split(np.array(rest, dtype=object), cuts)
    return [[*first, *parts[0]], *(list(part) for part in parts[1:])]


@dataclass
class Job:
    """A nightly job whose input files go away after each night."""

    folder: Path

    def __post_init__(self) -> None:
        self.drop, self.out = self.folder / "drop", self.folder / "rings"
        self.state, self.config = self.folder / "state", self.folder / "linkage.toml"
        if not self.folder.exists():
            self.state.mkdir(parents=True)
            self.drop.mkdir()
            (self.state / "key").write_text(KEY)
            self.config.write_text(SETTINGS)

    def night(self, files: list[Path], *, take_away: bool = True) -> NightResult:
        """Bring some files, do the night, and take them away."""
        for file in files:
            shutil.copy(file, self.drop / file.name)
        result = self.go()
        for file in files if take_away else ():
            (self.drop / file.name).unlink()
        return result

    def go(self) -> NightResult:
        """Do the night, whatever the gates say of so small a world."""
        return Night(load_nightly(self.config), accept=True).go()

    def forget_rings(self) -> None:
        """Let the next night know no rings, so that none goes on under an older id."""
        shutil.rmtree(self.state / "rings", ignore_errors=True)


START = datetime(2026, 4, 22, tzinfo=UTC)
