"""What comparing prompts by meaning adds: operators who share nothing but paraphrases.

    pip install '.[semantic]'
    python tests/bench/bench_semantic.py --seed 5 6 7

Each world has one operator whose members rewrite one list of templates, each member in words of
its own and with the sentences in an order of its own, and who share no address, device, card,
mailbox or hour; and innocent people with their companies, classes and copied prompts. The
operator is matched with the ring that holds most of it; a ring of any tier counts, and its tier
is printed.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
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
            _reorder(world.path)
            truth = pd.read_parquet(world.path / "truth" / "accounts.parquet")
            for flags in ((), ("--semantic",)):
                out = folder / "out"
                took = run_linkage("run", world.path, "--out", out, "--force", "--quiet", *flags)
                rows.append((
                    f"seed {seed}", "with meanings" if flags else "without",
                    *_match(out, truth), took.seconds,
                ))
                print(*rows[-1], file=sys.stderr, flush=True)
    show_table(
        f"one paraphraser of {told.size} accounts among {told.accounts:,}",
        ("world", "run", "ring", "recall", "precision", "score", "tier", "seconds"), rows,
    )


def _reorder(world: Path) -> None:
    """Put the sentences of the operator's prompts in an order that each member has for itself."""
    truth = pd.read_parquet(world / "truth" / "accounts.parquet")
    ranks = {
        who: np.random.default_rng([7, at]).permutation(16)
        for at, who in enumerate(sorted(truth.loc[truth["is_abusive"].astype(bool), "account_id"]))
    }
    for path in sorted((world / "events").rglob("*.parquet")):
        table = pq.read_table(path)
        who, prompts = table["account_id"].to_pylist(), table["prompt"].to_pylist()
        for row, (account_id, prompt) in enumerate(zip(who, prompts, strict=True)):
            if prompt and account_id in ranks:
                sentences = prompt.rstrip(".").split(". ")
                order = np.argsort(ranks[account_id][: len(sentences)])
                prompts[row] = ". ".join(sentences[k] for k in order) + "."
        at = table.schema.get_field_index("prompt")
        pq.write_table(table.set_column(at, "prompt", pa.array(prompts, pa.string())), path)


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
