"""Rings over the nights of a campaign with bans and replacements: do their ids last?

    python tests/bench/bench_nights.py --accounts 4000 --seed 31
    python tests/bench/bench_nights.py --accounts 4000 --seed 31 --window 10

With ``--window`` a night knows only the events of so many days and none of the accounts banned
before them: what goes on must be told by those who stay, or by what they use.
"""

import argparse
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from machine import show_machine, show_table, workplace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nights import as_known, read_table, split

from linkage import job
from linkage.rings.read import read_output
from linkage.settings import Settings
from linkage.simulate import OPERATORS, RingPlan, simulate

DAYS = 45


def main() -> None:
    """Simulate, cut into nights, run each, print what became of the ids."""
    told = _arguments()
    show_machine()
    with workplace(told.keep, "nights") as folder:
        plans = [
            RingPlan(n_accounts=size, operator=OPERATORS[name], mean_events=20)
            for name, size in (
                ("campaign", told.accounts // 4), ("banned_replaced", 120),
                ("banned_replaced", 40), ("datacenter_farm", 60), ("residential_proxy", 30),
                ("chain", 14),
            )
        ]
        world = simulate(folder / "world", n_accounts=told.accounts, rings=plans, seed=told.seed,
                         days=DAYS)
        truth = pq.read_table(world.path / "truth" / "accounts.parquet").to_pylist()
        nights = _run_nights(world.path, folder, world.start, told.window)
    _show(nights, {row["account_id"]: row["group_id"] for row in truth if row["is_abusive"]})


def _run_nights(
    world: Path, folder: Path, start: datetime, window: int
) -> list[dict[str, str]]:
    """Run every night on all that is known by then; return each night's account to ring."""
    found, words = [], Counter[str]()
    parts: list[tuple[datetime, Path]] = []
    last_act = _last_act(world)
    for night in split(world, folder / "nights", days=DAYS, start=start):
        parts.append((night.until, night.folder))
        (night.folder / "accounts.parquet").unlink(missing_ok=True)
        accounts = as_known(world, night.until)
        known = folder / "known"
        known.mkdir(exist_ok=True)
        since = night.until - timedelta(days=window) if window else None
        if since:
            gone = {who for who, at in last_act.items() if at < since}
            banned = accounts.filter(pc.equal(accounts["status"], "banned"))
            dead = pa.array(sorted(gone & set(banned["account_id"].to_pylist())), pa.string())
            accounts = accounts.filter(pc.invert(pc.is_in(accounts["account_id"], dead)))
        pq.write_table(accounts, known / "accounts.parquet")
        inputs = [str(known), *(
            str(part) for until, part in parts if since is None or until > since or part == parts[0]
        )]
        job.run(
            inputs, folder / "out", state=folder / "state", replace=True,
            settings=Settings(max_bad_rows=1.0),
        )
        rows = read_output(folder / "out", "members").to_pylist()
        found.append({row["account_id"]: row["ring_id"] for row in rows})
        words.update(read_output(folder / "out", "rings")["lineage"].to_pylist())
        print(f"{night.until:%Y-%m-%d} {len(found[-1])} members", file=sys.stderr)
    show_table("rings by lineage, all nights", ("lineage", "rings"), sorted(words.items()))
    return found


def _last_act(world: Path) -> dict[str, datetime]:
    """Return each account's last event."""
    events = read_table(world, "events").group_by("account_id").aggregate([("occurred_at", "max")])
    return dict(zip(events["account_id"].to_pylist(), events["occurred_at_max"].to_pylist(),
                    strict=True))


def _show(nights: list[dict[str, str]], truth: dict[str, str]) -> None:
    """Print how long ids last and how well the last id of each account tells its operator."""
    groups: dict[str, list[str]] = defaultdict(list)
    for account, group in truth.items():
        groups[group].append(account)
    rows = []
    for group, members in sorted(groups.items(), key=lambda one: -len(one[1])):
        best = [
            Counter(night[who] for who in members if who in night).most_common(1)
            for night in nights
        ]
        ids = [one[0][0] for one in best if one]
        changes = sum(a != b for a, b in pairwise(ids))
        rows.append((group, len(members), len(ids), len(set(ids)), changes))
    show_table("main id of each operator", ("operator", "accounts", "nights found", "ids",
                                           "changes"), rows)
    given = {ring for night in nights for ring in night.values()}
    last: dict[str, str] = {}
    for night in nights:
        last.update(night)
    touched = {last[who] for who in truth if who in last}
    universe = sorted(set(truth) | {who for who, ring in last.items() if ring in touched})
    show_table("last id of each account against the operators", ("measure", "value"), [
        ("adjusted Rand index", adjusted_rand(
            [last.get(who, who) for who in universe], [truth.get(who, who) for who in universe])),
        ("ids given in all", len(given)),
    ])


def adjusted_rand(one: list[str], other: list[str]) -> float:
    """Agreement of two partitions, 0 by chance and 1 when equal (Hubert & Arabie 1985)."""
    first, second = (np.unique(labels, return_inverse=True)[1] for labels in (one, other))
    cells = np.unique(first * (second.max() + 1) + second, return_counts=True)[1]

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) // 2).sum())

    both = pairs(cells)
    there, found = pairs(np.bincount(first)), pairs(np.bincount(second))
    chance = there * found / (len(one) * (len(one) - 1) / 2)
    return (both - chance) / ((there + found) / 2 - chance)


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=4_000, help="innocent accounts")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--window", type=int, default=0, help="days a night knows; 0: all")
    parser.add_argument("--keep", type=Path, help="folder to keep everything in")
    return parser.parse_args()


if __name__ == "__main__":
    main()
