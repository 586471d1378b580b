"""How long a whole run takes and how much memory it needs, at one or several scales.

    python tests/bench/bench_speed.py --scales 100000 1000000 10000000

Each run is a new process on files that are not in the page cache. Worlds have 25 events an
account and no prompt text. The times are those of the machine that is named above them; no
number here passes or fails anything.
"""

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from machine import Finished, forget, run_linkage, show_machine, show_table, workplace

from linkage.simulate import ring_plans, simulate

LADDER = (6, 12, 30, 150, 750, 2_500)
"""Sizes of the rings of every scale; the largest world also holds the campaign."""

CAMPAIGN = 25_000
"""Accounts of the one operator that worlds of a million accounts and more hold too."""


def main() -> None:
    """Simulate, run and print, one scale after the other."""
    told = _arguments()
    show_machine()
    totals = []
    for n_accounts in told.scales:
        with workplace(told.keep, "speed") as folder:
            world = _world(folder, n_accounts, told.seed)
            forget(world.path)
            out = folder / f"out-{n_accounts}"
            flags = ["--threads", str(told.threads)] if told.threads else []
            took = run_linkage("run", world.path, "--out", out, "--force", "--quiet", *flags)
            manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
            if told.keep is None:
                shutil.rmtree(world.path)
        _show_stages(world, took, manifest)
        totals.append((
            f"{world.n_accounts:,}", world.n_events, took.seconds, took.peak_mb,
            round(world.n_events / took.seconds), sum(manifest["rings_by_tier"].values()),
        ))
    show_table("whole runs", ("accounts", "events", "seconds", "peak MiB", "events a second",
                              "rings"), totals)


@dataclass(frozen=True)
class _World:
    """Where a world is, and how large."""

    path: Path
    n_accounts: int
    n_events: int


def _world(folder: Path, n_accounts: int, seed: int) -> _World:
    """Draw a world, or take up the one that an earlier bench kept."""
    path = folder / f"world-{n_accounts}-{seed}"
    if not path.exists():
        _draw(path, n_accounts, seed)
    events = sorted((path / "events").glob("*.parquet"))
    return _World(
        path, pq.read_metadata(path / "accounts.parquet").num_rows,
        sum(pq.read_metadata(part).num_rows for part in events),
    )


def _draw(path: Path, n_accounts: int, seed: int) -> None:
    """Draw a world."""
    sizes = [size for size in LADDER if size <= n_accounts // 40]
    if n_accounts >= 1_000_000:
        sizes.append(CAMPAIGN)
    simulate(
        path, n_accounts=n_accounts - sum(sizes), rings=ring_plans(tuple(sizes), seed),
        seed=seed, prompts=False,
    )


def _show_stages(world: _World, took: Finished, manifest: dict[str, Any]) -> None:
    """Print the stages of one run."""
    rows = [
        (stage["stage"], float(stage["seconds"]), int(stage["peak_memory_mb"]))
        for stage in manifest["stages"]
    ]
    told = sum(row[1] for row in rows)
    # The manifest is written before the report, so start, report and renaming are the rest.
    rows += [("start, report, renaming", took.seconds - told, took.peak_mb),
             ("whole run", took.seconds, took.peak_mb)]
    show_table(
        f"{world.n_accounts:,} accounts, {world.n_events:,} events",
        ("stage", "seconds", "peak MiB so far"), rows,
    )


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scales", type=int, nargs="+", default=[1_000_000], metavar="N",
                        help="accounts of each world (default: 1000000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="threads (default: all cores)")
    parser.add_argument("--keep", type=Path, metavar="DIR",
                        help="keep worlds and outputs here, and take up worlds kept before")
    return parser.parse_args()


if __name__ == "__main__":
    main()
