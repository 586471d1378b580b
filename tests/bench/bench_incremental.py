"""How long a night takes that reads only what is new, beside a run that reads everything.

    python tests/bench/bench_incremental.py --accounts 100000 --keep /tmp/incremental
    python tests/bench/bench_incremental.py --preset campaign-2026 --keep /scratch/campaign

The last three days of a world with prompts are a file of events each, as they are on any night,
and those before them are together. The run over everything is `linkage run` on all of them; then a
nightly job takes in all days but the last, and the night of the last day is timed. Both results
are compared byte for byte, ring ids included: the job is made to forget the rings of its first
night, so that both are first nights. `--again` times both once more, the night from the state that
was kept. The campaign is 55 million events, nearly all with prompts: it takes an hour,
10 GiB of memory and 25 GB of disk.
"""

import argparse
import hashlib
import json
import os
import shutil
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
from machine import Finished, run_linkage, show_machine, show_table, workplace

from linkage.simulate import ring_plans, simulate

SIZES = (2_500, 750, 150, 30, 12, 6)
N_ALONE = 2
"""Days before the last that are a file each: as many as a night keeps out of its sums."""

TABLES = ("rings", "members", "evidence", "timeline", "capabilities")
SETTINGS = """overlapping = true
key_file = "{key}"
[nightly]
inputs = ["drop"]
out = "rings"
state = "state"
"""


def main() -> None:
    """Simulate, run both ways and print."""
    told = _arguments()
    show_machine()
    with workplace(told.keep, "incremental") as folder:
        drop, last, n_days = _cut(_world(folder, told), folder)
        arriving = drop / "events" / last.name
        (folder / "linkage.toml").write_text(
            SETTINGS.format(key=(folder / "key").resolve()))
        (folder / "key").write_text("0123456789abcdef0123456789abcdef\n")
        config = ("--config", folder / "linkage.toml")
        arriving.unlink(missing_ok=True)
        arriving.hardlink_to(last)
        whole = run_linkage("run", drop, "--out", folder / "whole", "--force", *config)
        arriving.unlink()
        if not told.again:
            shutil.rmtree(folder / "state", ignore_errors=True)
            made = run_linkage("nightly", *config, "--accept")
            shutil.rmtree(folder / "state" / "rings")
            _copy(folder / "state", folder / "before")
            (folder / "took.json").write_text(json.dumps(asdict(made)))
        first = Finished(**json.loads((folder / "took.json").read_text()))
        _copy(folder / "before", folder / "state")
        arriving.hardlink_to(last)
        night = run_linkage("nightly", *config, "--accept")
        rows = [
            (name, took.seconds, took.processor_seconds, took.peak_mb, *_stages(folder / out))
            for name, took, out in (
                ("everything", whole, "whole"), ("first night, all days but one", first, ""),
                ("night of one day", night, "rings"))
        ]
        show_table(f"{n_days} days", ("what", "seconds", "processor", "peak MiB", "ingest",
                                      "evidence", "communities", "rings", "graph", "report"), rows)
        state = sum(path.stat().st_size for path in (folder / "state").rglob("*") if path.is_file())
        same = all(_digest(folder / "whole", name) == _digest(folder / "rings", name)
                   for name in TABLES)
        print(f"\nthe night took {night.seconds / whole.seconds:.3f} of the run over everything "
              f"({night.processor_seconds / whole.processor_seconds:.3f} of its processor time); "
              f"same bytes: {'yes' if same else 'NO'}; state: {state / 2**20:,.0f} MiB")


def _world(folder: Path, told: argparse.Namespace) -> Path:
    """Draw a world with prompts, or take up the one of an earlier bench."""
    world: Path = folder / "world"
    if world.exists():
        return world
    if told.preset:
        return simulate(world, preset=told.preset, seed=told.seed, prompts=True).path
    sizes = tuple(size for size in SIZES if size <= told.accounts // 40)
    return simulate(world, n_accounts=told.accounts - sum(sizes), seed=told.seed, prompts=True,
                    rings=ring_plans(sizes, told.seed)).path


def _cut(world: Path, folder: Path) -> tuple[Path, Path, int]:
    """Cut the events by day; return the folder of all days but the last, the last and the days.

    The days before the last are a file each, as they are on any night; those before them, which
    a night knows in sums whatever their files were, are written together, in a tenth of the time.
    """
    drop, last = folder / "drop", folder / "last.parquet"
    if not last.exists():
        shutil.rmtree(drop, ignore_errors=True)
        shutil.copytree(world, drop, ignore=shutil.ignore_patterns("events", "truth"))
        (drop / "events").mkdir()
    with duckdb.connect(config={"temp_directory": str(folder), "memory_limit": "6GiB"}) as engine:
        engine.execute("set TimeZone = 'UTC'")
        engine.execute("set preserve_insertion_order = false")
        events = f"from '{world}/events/*.parquet'"
        days = _whole_days(engine, events)
        *before, end = days
        alone = before[-N_ALONE:]
        cuts = [(f"occurred_at < date '{alone[0]}'", drop / "events" / "before",
                 "per_thread_output")]
        cuts += [
            (f"occurred_at >= date '{day}' and occurred_at < date '{later}'",
             drop / "events" / f"{day}.parquet", "per_thread_output false")
            for day, later in zip(alone, (*alone[1:], end), strict=True)
        ]
        cuts.append((f"occurred_at >= date '{end}'", last, "per_thread_output false"))
        for which, place, form in cuts:
            if not last.exists():
                engine.execute(f"copy (select * {events} where {which}) to '{place}' "
                               f"(format parquet, compression zstd, {form})")
    return drop, last, len(days)


def _whole_days(engine: duckdb.DuckDBPyConnection, events: str) -> list[date]:
    """Return the days in order; a session that goes on past the last midnight is of the last."""
    counts = engine.execute(
        f"select occurred_at::date as day, count(*) as n {events} group by day order by day"
    ).fetchall()
    usual = sum(n for _, n in counts) / len(counts)
    return [day for day, n in counts if n >= usual / 4]


def _copy(state: Path, place: Path) -> None:
    """Give a state a second place; a night replaces its files and writes in none but the log."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(state, place, copy_function=os.link)


def _stages(out: Path) -> tuple[float | str, ...]:
    """Return the seconds of a run's stages; nothing of one that is gone."""
    if out.name not in ("whole", "rings"):
        return ("",) * 6
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    seconds = {one["stage"]: one["seconds"] for one in told["stages"]}
    return tuple(seconds.get(name, 0.0) for name in (
        "ingest", "evidence", "communities", "rings", "graph", "report"))


def _digest(out: Path, name: str) -> str:
    """Return the checksum of a table."""
    return hashlib.sha256((out / f"{name}.parquet").read_bytes()).hexdigest()


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--accounts", type=int, default=100_000)
    reader.add_argument("--preset", help="a ready-made world instead, as campaign-2026")
    reader.add_argument("--seed", type=int, default=31)
    reader.add_argument("--keep", type=Path, help="folder to work in and to keep")
    reader.add_argument("--again", action="store_true",
                        help="not the first night: from the state that was kept")
    return reader.parse_args()


if __name__ == "__main__":
    main()
