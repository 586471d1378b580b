"""Rings that share nothing but real prompts, among people who copy prompts from each other.

    python tests/bench/bench_prompt_rings.py --seed 31 32 33 --prompts ../shared/data/prompts

Four operators of 25 to 100 accounts deal out the prompts of ``gpteacher_toolformer``, no prompt
twice; 2,000 people send prompts of ``prompts_chat`` and ``bfcl_v4``, many of them the same. Each
operator is matched with the ring of any tier that holds most of it.
"""

import argparse
import sys
from pathlib import Path

from machine import REPOSITORY, run_linkage, show_machine, show_table, workplace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from prompt_worlds import best_matches, write_operators_and_copyists

from linkage.rings.read import read_output


def main() -> None:
    """Write a world for each seed, run it and print."""
    told = _arguments()
    show_machine()
    rows = []
    for seed in told.seed:
        with workplace(None, "prompt-rings") as folder:
            truth = write_operators_and_copyists(folder / "in", seed, told.prompts)
            run_linkage("run", folder / "in", "--out", folder / "out", "--quiet")
            found, n_innocents = best_matches(
                read_output(folder / "out", "members").to_pylist(), truth)
        rows += [(f"seed {seed}", *one, n_innocents) for one in found]
    show_table("operators found by prompts alone", (
        "world", "accounts", "recall", "precision", "copyists in any ring"), rows)


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prompts", type=Path, metavar="DIR",
                        default=REPOSITORY.parent / "shared" / "data" / "prompts",
                        help="folder of the public prompts (default: %(default)s)")
    parser.add_argument("--seed", type=int, nargs="+", default=[31], help="one world for each")
    return parser.parse_args()


if __name__ == "__main__":
    main()
