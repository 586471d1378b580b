"""What comparing prompts by meaning adds: operators who share nothing but paraphrases.

    pip install '.[semantic]'
    python tests/bench/bench_semantic.py --seed 5 6 7

Each world has one operator whose members rewrite one list of templates, each member in words of
its own, and who share no address, device, card, mailbox or hour; and innocent people with
their companies, classes and copied prompts. An operator is matched with the ring that holds
most of it; a ring of any tier counts, and its tier is printed.
"""

import argparse
import os
from pathlib import Path

import pandas as pd
from machine import run_linkage, show_machine, show_table, workplace

from linkage.rings.read import read_output
from linkage.simulate import RingPlan, simulate
from linkage.simulate.operators import Operator

PARAPHRASER = Operator(
    name="paraphraser", templates="mutating", hours="human",
    shares="paraphrases of templates, and nothing else",
)


def main() -> None:
    """Simulate, run with and without meanings, and print."""
    told = _arguments()
    show_machine()
    os.environ["HF_HUB_OFFLINE"] = "1"
    rows = []
    for seed in told.seed:
        with workplace(None, "semantic") as folder:
            world = simulate(
                folder / "world", n_accounts=told.accounts, seed=seed, prompts=True, days=20,
                rings=[RingPlan(n_accounts=told.size, operator=PARAPHRASER, mean_events=30)],
            )
            truth = pd.read_parquet(world.path / "truth" / "accounts.parquet")
            for flags in ((), ("--semantic",)):
                out = folder / "out"
                took = run_linkage("run", world.path, "--out", out, "--force", "--quiet", *flags)
                rows.append((
                    f"seed {seed}", "with meanings" if flags else "without",
                    *_match(out, truth), took.seconds,
                ))
    show_table(
        f"one paraphraser of {told.size} accounts among {told.accounts:,}",
        ("world", "run", "ring", "recall", "precision", "score", "tier", "seconds"), rows,
    )


def _match(out: Path, truth: pd.DataFrame) -> tuple[object, ...]:
    """Return size, recall, precision, score and tier of the ring with most of the operator."""
    abusive = set(truth.loc[truth["is_abusive"].astype(bool), "account_id"])
    members = read_output(out, "members").to_pandas()
    hits = members[members["account_id"].isin(abusive)]["ring_id"].value_counts()
    if hits.empty:
        return (0, 0.0, None, None, None)
    ring_id = str(hits.index[0])
    size = int((members["ring_id"] == ring_id).sum())
    rings = read_output(out, "rings").to_pandas().set_index("ring_id")
    found = int(hits.iloc[0])
    return (size, found / len(abusive), found / size, float(rings.loc[ring_id, "score"]),
            rings.loc[ring_id, "tier"])


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=2_000, help="innocent (default: 2000)")
    parser.add_argument("--size", type=int, default=60, help="members (default: 60)")
    parser.add_argument("--seed", type=int, nargs="+", default=[5], help="one world for each")
    return parser.parse_args()


if __name__ == "__main__":
    main()
