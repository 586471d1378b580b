"""Do scores mean what they say: reliability, precision with intervals, innocents, ranking.

    python tests/bench/bench_calibration.py --seed 501 502
    python tests/bench/bench_calibration.py --accounts 20000 --preset mixed --seed 7
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from machine import run_linkage, show_machine, show_table, workplace

from linkage.evaluate import Evaluation, evaluate_files
from linkage.evaluate.calibration import reliability
from linkage.evaluate.tiers import NAMED_GROUP
from linkage.simulate import PRESETS, simulate

N_FIRST, N_ABUSIVE = 50, 40
"""The first rings of a list, and the abusive ones in it."""


def main() -> None:
    """Simulate, run and print, a world for each seed, then the ranking over all of them."""
    told = _arguments()
    show_machine()
    lists = []
    for seed in told.seed:
        with workplace(told.keep, "calibration") as folder:
            world, out = folder / f"world-{seed}", folder / f"out-{seed}"
            if not world.exists():
                simulate(world, n_accounts=told.accounts, preset=told.preset, seed=seed)
            took = run_linkage("run", world, "--out", out, "--force", "--quiet")
            found = evaluate_files(out, world / "truth" / "accounts.parquet")
            rings, members, truth = judged_rings(out, world)
        print(f"\nworld {told.preset}, seed {seed}: {len(truth):,} accounts, {len(rings):,} rings "
              f"reported, {took.seconds:.0f} s")
        _show_confidence(members)
        _show_scores(rings)
        _show_tiers(found)
        _show_innocents(members, truth)
        lists.append(rings.assign(seed=seed))
    _show_ranking(pd.concat(lists, ignore_index=True))


def judged_rings(out: Path, world: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return rings, members and truth, each ring and member with what it truly is."""
    truth = pd.read_parquet(world / "truth" / "accounts.parquet")
    members = pd.read_parquet(
        out / "members.parquet",
        columns=["ring_id", "account_id", "confidence", "tier", "stability"],
    ).merge(truth, on="account_id")
    rings = pd.read_parquet(out / "rings.parquet", columns=["ring_id", "score", "tier"])
    sizes = members.groupby(["ring_id", "group_id"]).size().rename("n").reset_index()
    main = sizes.sort_values(["n", "group_id"], ascending=[False, True]).drop_duplicates("ring_id")
    kind = members.groupby("ring_id")["kind"].agg(lambda kinds: kinds.value_counts().index[0])
    told = members.drop_duplicates("group_id").set_index("group_id")["operator_class"]
    main = main.assign(operator_class=main["group_id"].map(told)).set_index("ring_id")
    rings = rings.assign(
        is_abusive=rings["ring_id"].map(members.groupby("ring_id")["is_abusive"].mean()) > 0.5,
        what=rings["ring_id"].map(main["operator_class"].fillna(kind)).fillna("strangers"),
    )
    members = members.assign(
        is_right=members["group_id"] == members["ring_id"].map(main["group_id"]),
        what=members["ring_id"].map(rings.set_index("ring_id")["what"]),
        tier_of_ring=members["ring_id"].map(rings.set_index("ring_id")["tier"]),
    )
    return rings, members, truth


def _show_confidence(members: pd.DataFrame) -> None:
    """Print the reliability of members' confidence, in all and by what their ring is."""
    claimed = members[members["tier_of_ring"] != "benign"]
    found = reliability(claimed["confidence"].to_numpy(), claimed["is_right"].to_numpy())
    show_table("confidence of members, rings at watch and above",
               ("confidence", "members", "mean", "right", "gap"), [
        (f"{one.lowest:.1f} to {one.highest:.1f}", one.n_accounts, one.mean_confidence,
         one.share_right, one.mean_confidence - one.share_right) for one in found.bins
    ])
    rows = [("all", len(claimed), found.expected_error)]
    for what, some in claimed.groupby("what"):
        error = reliability(some["confidence"].to_numpy(), some["is_right"].to_numpy())
        rows.append((str(what), len(some), error.expected_error))
    show_table("its expected calibration error, by class of operator or kind of innocents",
               ("class", "members", "error"), rows)
    steady = claimed[claimed["stability"].notna()]
    unsteady = steady["stability"] < 0.5
    show_table("stability, review and above", ("members", "number", "right"), [
        (name, len(some), float(some["is_right"].mean()) if len(some) else None)
        for name, some in (("steady", steady[~unsteady]), ("unsteady", steady[unsteady]))
    ])


def _show_scores(rings: pd.DataFrame) -> None:
    """Print the reliability of ring scores, in all and by what the rings are."""
    found = reliability(rings["score"].to_numpy(), rings["is_abusive"].to_numpy())
    show_table("score of rings", ("score", "rings", "mean", "abusive", "gap"), [
        (f"{one.lowest:.1f} to {one.highest:.1f}", one.n_accounts, one.mean_confidence,
         one.share_right, one.mean_confidence - one.share_right) for one in found.bins
    ])
    claimed = rings[rings["tier"] != "benign"]
    rows = [
        ("all", len(rings), found.expected_error),
        ("watch and above", len(claimed), reliability(
            claimed["score"].to_numpy(), claimed["is_abusive"].to_numpy()).expected_error),
    ]
    for what, some in rings.groupby("what"):
        gap = float(np.abs(some["score"].mean() - some["is_abusive"].mean()))
        rows.append((str(what), len(some), gap))
    show_table("its expected calibration error; by class the gap of means",
               ("class", "rings", "error"), rows)


def _show_tiers(found: Evaluation) -> None:
    """Print precision of each tier with its intervals."""
    show_table("tiers", ("tier", "accounts", "precision", "by account", "by ring", "recall 12+"), [
        (f"to {one.tier}", one.n_accounts, one.precision, _between(one.interval),
         _between(one.interval_of_rings), one.recall_large)
        for one in found.tiers if one.with_stronger
    ])


def _between(bounds: tuple[float, float] | None) -> str:
    """Write an interval."""
    return "-" if bounds is None else f"{bounds[0]:.4f} to {bounds[1]:.4f}"


def _show_innocents(members: pd.DataFrame, truth: pd.DataFrame) -> None:
    """Print how many innocent groups of five and more a tier names."""
    groups = truth[~truth["is_abusive"] & truth["group_id"].notna()]
    size = groups.groupby("group_id").size()
    large = size[size >= NAMED_GROUP]
    rows = []
    for name, tiers in (("enforce", ("enforce",)), ("review", ("enforce", "review"))):
        named = members[members["tier"].isin(tiers)].groupby("group_id").size()
        named = named.reindex(large.index).fillna(0)
        n_named = int(((named >= NAMED_GROUP) & (2 * named >= large)).sum())
        rows.append((f"to {name}", n_named, len(large), 1_000 * n_named / max(len(large), 1),
                     1_000 * n_named / max(len(size), 1)))
    show_table("innocent groups named (at least 5 accounts, and half)",
               ("tier", "groups", "of 5 and more", "in 1,000", "in 1,000 of all groups"), rows)


def _show_ranking(rings: pd.DataFrame) -> None:
    """Print how many of the first fifty of a list with forty abusive rings are abusive."""
    abusive = rings[rings["is_abusive"]]
    order = sorted(abusive.index, key=lambda at: hashlib.sha256(
        f"{rings['seed'][at]}{rings['ring_id'][at]}".encode()).digest())
    dropped = order[N_ABUSIVE:]
    listed = rings.drop(index=dropped).sort_values(["score", "ring_id"], ascending=[False, True])
    first = listed.head(N_FIRST)
    show_table("ranking over all worlds", ("what", "number"), [
        ("rings in the list", len(listed)), ("abusive ones", int(listed["is_abusive"].sum())),
        (f"abusive among the first {N_FIRST}", int(first["is_abusive"].sum())),
    ])


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, metavar="N",
                        help="innocent accounts; as the preset unless told")
    parser.add_argument("--preset", default="held-out-100k", choices=sorted(PRESETS),
                        help="which world (default: %(default)s)")
    parser.add_argument("--seed", type=int, nargs="+", default=[501, 502], metavar="SEED",
                        help="one world for each (default: 501 502)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep worlds and outputs here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
