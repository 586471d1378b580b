"""What an export takes: first, on a night like the last, when all is said again.

    python tests/bench/bench_export.py --accounts 25000
"""

import argparse
import sys
import time
from pathlib import Path

from machine import show_machine, show_table, workplace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lists import DAY, FIRST, Desk, accounts, write_run

from linkage.export import FORMATS, verify

NIGHTS = (("first export", 0), ("the next night", 1), ("all said again", 16))


def main() -> None:
    """Export nights of one ring and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=25_000)
    parser.add_argument("--formats", default=",".join(FORMATS))
    told = parser.parse_args()
    show_machine()
    rows = []
    with workplace(None, "export") as folder:
        desk = Desk(folder)
        ring = accounts(told.accounts, families=("device", "payment", "network", "prompt"))
        for name, day in NIGHTS:
            write_run(folder / "out", ring, ran_at=FIRST + day * DAY, n_accounts=1_000_000)
            begun = time.monotonic()
            made = desk.again(at=FIRST + day * DAY, formats=told.formats.split(","), approve=True)
            seconds = time.monotonic() - begun
            rows.append((name, len(made.changes), seconds, _mb(desk.to / "ledger.jsonl"),
                         sum(_mb(path) for path in (desk.to / "latest").iterdir())))
        begun = time.monotonic()
        found = verify(desk.to)
        rows.append(("verification", found.n_lines, time.monotonic() - begun, None, None))
    show_table(f"one ring of {told.accounts:,} accounts",
               ("what", "lines", "seconds", "ledger_mb", "lists_mb"), rows)


def _mb(path: Path) -> float:
    """Size of a file, in MiB."""
    return path.stat().st_size / 2**20


if __name__ == "__main__":
    main()
