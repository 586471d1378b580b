"""How long a night takes that reads only what is new, beside a run that reads everything.

    python tests/bench/bench_incremental.py --accounts 100000 --keep /tmp/incremental
    python tests/bench/bench_incremental.py --preset campaign-2026 --keep /scratch/campaign

A world with prompts is cut into one file of events a day. The run over everything is `linkage run`
on all of them; then a nightly job takes in all days but the last, and the night of the last day
is timed. Both results are compared byte for byte, ring ids included: the job is made to forget the
rings of its first night, so that both are first nights. The campaign is 55 million conversations:
it needs an hour and some 20 GB of disk.
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
from machine import run_linkage, show_machine, show_table, workplace

from linkage.simulate import ring_plans, simulate

SIZES = (2_500, 750, 150, 30, 12, 6)
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
        drop, days = _daily(_world(folder, told), folder)
        (folder / "linkage.toml").write_text(
            SETTINGS.format(key=(folder / "key").resolve()))
        (folder / "key").write_text("0123456789abcdef0123456789abcdef\n")
        config = ("--config", folder / "linkage.toml")
        whole = run_linkage("run", drop, "--out", folder / "whole", "--force", *config)
        shutil.rmtree(folder / "state", ignore_errors=True)
        last = drop / "events" / f"{days[-1]}.parquet"
        last.rename(folder / last.name)
        first = run_linkage("nightly", *config, "--accept")
        shutil.rmtree(folder / "state" / "rings")
        (folder / last.name).rename(last)
        night = run_linkage("nightly", *config, "--accept")
        rows = [
            (name, took.seconds, took.peak_mb, *_stages(folder / out))
            for name, took, out in (
                ("everything", whole, "whole"), ("first night, all days but one", first, ""),
                ("night of one day", night, "rings"))
        ]
        show_table(f"{len(days)} days", ("what", "seconds", "peak MiB", "ingest", "evidence",
                                         "communities", "rings", "graph", "report"), rows)
        state = sum(path.stat().st_size for path in (folder / "state").rglob("*") if path.is_file())
        same = all(_digest(folder / "whole", name) == _digest(folder / "rings", name)
                   for name in TABLES)
        print(f"\nthe night took {night.seconds / whole.seconds:.3f} of the run over everything; "
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


def _daily(world: Path, folder: Path) -> tuple[Path, list[str]]:
    """Write one file of events a day, the other tables beside them; return the folder and days."""
    drop = folder / "drop"
    shutil.rmtree(drop, ignore_errors=True)
    shutil.copytree(world, drop, ignore=shutil.ignore_patterns("events", "truth"))
    parts = folder / "parts"
    shutil.rmtree(parts, ignore_errors=True)
    with duckdb.connect(config={"temp_directory": str(folder), "memory_limit": "4GiB"}) as engine:
        engine.execute("set TimeZone = 'UTC'")
        engine.execute("set threads = 1")  # so that each day is one file
        events = f"select *, occurred_at::date as day from '{world}/events/*.parquet'"
        engine.execute(f"copy ({events}) to '{parts}' "
                       "(format parquet, partition_by (day), compression zstd)")
    (drop / "events").mkdir()
    days = []
    for place in sorted(parts.iterdir()):
        days.append(place.name.removeprefix("day="))
        (file,) = place.iterdir()
        file.rename(drop / "events" / f"{days[-1]}.parquet")
    shutil.rmtree(parts)
    return drop, days


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
    return reader.parse_args()


if __name__ == "__main__":
    main()
