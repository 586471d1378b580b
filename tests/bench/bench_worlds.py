"""How well rings are found in a held-out world, by size, operator, tier and confidence.

    python tests/bench/bench_worlds.py --accounts 100000 --seed 101
    python tests/bench/bench_worlds.py --preset hardest --seed 102
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from machine import run_linkage, show_machine, show_table, workplace

from linkage.evaluate import Evaluation, evaluate_files
from linkage.simulate import PRESETS, WorldSummary, simulate


def main() -> None:
    """Simulate, run, evaluate and print, a world for each seed."""
    told = _arguments()
    show_machine()
    for seed in told.seed:
        with workplace(told.keep, "worlds") as folder:
            world = simulate(
                folder / f"world-{seed}", n_accounts=told.accounts, preset=told.preset,
                seed=seed, prompts=told.prompts or None,
            )
            out = folder / f"out-{seed}"
            took = run_linkage("run", world.path, "--out", out, "--force", "--quiet")
            found = evaluate_files(out, world.path / "truth" / "accounts.parquet")
        _show_world(told.preset, seed, world, (took.seconds, took.peak_mb))
        show_evaluation(found)


def show_evaluation(found: Evaluation) -> None:
    """Print every measure of one run."""
    agreed = {
        "pairwise": found.pairwise, "B-cubed": found.b_cubed,
        "pairwise, all accounts": found.pairwise_named,
        "B-cubed, all accounts": found.b_cubed_named,
    }
    show_table("agreement", ("measure", "precision", "recall", "f1"),
               [(name, one.precision, one.recall, one.f1) for name, one in agreed.items()])
    for title, classes in (
        ("best match, by size of the true ring", found.by_size),
        ("best match, by class of operator", found.by_operator_class),
    ):
        show_table(title, ("class", "rings", "found", "recall", "precision"), [
            (one.name, one.n_rings, one.n_found, one.mean_recall, one.mean_precision)
            for one in classes
        ])
    _show_tiers(found)
    first, sure = found.first_rings, found.calibration
    show_table("what people meet first", ("measure", "value", "of"), [
        ("first rings that are right", first.precision, first.n_rings),
        ("their accounts that are abusive", first.account_precision, None),
        ("expected calibration error", sure.expected_error, sure.n_accounts),
    ])


def _show_tiers(found: Evaluation) -> None:
    """Print what each tier, with the stronger ones, would do to people."""
    rows, innocent = [], []
    for one in found.tiers:
        if not one.with_stronger:
            continue
        rows.append((
            f"to {one.tier}", one.n_rings, one.n_accounts, one.precision, one.recall,
            one.recall_large, sum(kind.n_groups for kind in one.innocents),
            sum(kind.n_accounts for kind in one.innocents),
        ))
        innocent += [
            (f"to {one.tier}", kind.kind, kind.n_groups, kind.n_accounts)
            for kind in one.innocents
        ]
    show_table("tiers", ("tier", "rings", "accounts", "precision", "recall", "recall 12+",
                         "innocent groups", "innocent accounts"), rows)
    show_table("innocents named", ("tier", "kind", "groups", "accounts"), innocent)


def _show_world(
    preset: str, seed: int, world: WorldSummary, took: Sequence[float]
) -> None:
    """Print what was found in what, and how long it took."""
    show_table(f"world {preset}, seed {seed}", ("what", "number"), [
        ("accounts", world.n_accounts), ("accounts in rings", world.n_abusive),
        ("rings", world.n_rings), ("innocent groups", world.n_innocent_groups),
        ("events", world.n_events), ("seconds of linkage run", float(took[0])),
        ("peak memory, MiB", int(took[1])),
    ])


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, metavar="N",
                        help="innocent accounts; as the preset unless told")
    parser.add_argument("--preset", default="held-out-100k", choices=sorted(PRESETS),
                        help="which world (default: %(default)s)")
    parser.add_argument("--seed", type=int, nargs="+", default=[101], metavar="SEED",
                        help="one world for each (default: 101)")
    parser.add_argument("--prompts", action="store_true", help="write prompt text; slower")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep worlds and outputs here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
