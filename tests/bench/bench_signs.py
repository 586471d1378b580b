"""Does judging transfer to operators and look-alikes that no weight was fitted on?

    python tests/bench/bench_signs.py --seed 601 --preset held-out-100k harder unseen --keep DIR

Weights are fitted anew, from each sign's direction alone, on the rings of all classes but
one, and judge the rings of that one: once for each class of operator and each kind of
innocent group.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from bench_calibration import judged_rings
from machine import run_linkage, show_machine, show_table, workplace

from linkage.calibrate.fitting import Problem, fit
from linkage.evaluate.calibration import reliability
from linkage.rings.calibration import PRIOR_NATS
from linkage.rings.judge import (
    ENFORCE_SCORE,
    NOT_SOLID_NATS,
    PROMPTS_NATS,
    REVIEW_SCORE,
    Observed,
    observe,
)
from linkage.rings.signs import SIGNS
from linkage.simulate import PRESETS, simulate

FROM = 1.0
"""Nats of every sign before the fit."""
SPREAD = 1.5
MOST_OF_A_CLASS = (25.0, 40.0)
"""Rings that a class of operators, and a kind of innocents, count for at most."""


def main() -> None:
    """Simulate and run a world for each preset and seed, then fit and print."""
    told = _arguments()
    show_machine()
    worlds = [_world(told.keep, preset, seed) for preset in told.preset for seed in told.seed]
    rings = pd.concat(worlds, ignore_index=True)
    families = tuple(sorted(
        name.removeprefix("held_") for name in map(str, rings) if name.startswith("held_")))
    counts = rings.filter(regex="^n_").columns
    rings[counts] = rings[counts].fillna(0).astype(int)
    seen = observe(rings, families)
    everything = _odds(_problem(rings, seen, np.ones(len(rings), dtype=bool)), rings, seen)
    left_out = np.zeros(len(rings))
    for what in rings["what"].unique():
        own = (rings["what"] == what).to_numpy()
        left_out[own] = _odds(_problem(rings, seen, ~own), rings, seen)[own]
    for title, odds in (("fitted on all classes", everything), ("each class left out", left_out)):
        _show(title, rings, seen, 1 / (1 + np.exp(-odds)))


def _world(keep: Path | None, preset: str, seed: int) -> pd.DataFrame:
    """Return the measures of a world's rings, and what each truly is."""
    with workplace(keep, "signs") as folder:
        world, out = folder / f"{preset}-{seed}", folder / f"{preset}-{seed}-out"
        if not world.exists():
            simulate(world, preset=preset, seed=seed)
        if not out.exists():
            run_linkage("run", world, "--out", out, "--force", "--quiet")
        rings, _, _ = judged_rings(out, world)
        measures = pd.read_parquet(out / "measures.parquet").pivot(
            index="ring_id", columns="measure", values="value")
    return rings.merge(measures, left_on="ring_id", right_index=True)


def _design(seen: Observed) -> np.ndarray:
    """(n_rings, 2 + n_signs) a constant, whether two families hold, and the signs."""
    n = len(seen.signs)
    return np.column_stack([np.ones(n), seen.is_two, seen.signs]).astype(float)


def _start() -> np.ndarray:
    """The prior, nothing for two families, and each sign's direction."""
    return np.array([PRIOR_NATS, 0.0, *(FROM * np.sign(sign.nats) for sign in SIGNS)])


def _problem(rings: pd.DataFrame, seen: Observed, chosen: np.ndarray) -> Problem:
    """Ask for the weights that tell the chosen rings apart."""
    size = rings.groupby("what")["what"].transform("size")
    most = np.where(rings["is_abusive"], *MOST_OF_A_CLASS)
    rows = np.flatnonzero(chosen & seen.has_solid & ~seen.prompts_only)
    design = _design(seen)[rows]
    start = _start()[2:]
    return Problem(
        design=design, offset=design @ _start(),
        right=rings["is_abusive"].to_numpy(dtype=float)[rows],
        weight=np.minimum(1.0, most / size).to_numpy()[rows],
        ring_id=rings["ring_id"].iloc[rows].tolist(), spread=np.full(2 + len(SIGNS), SPREAD),
        lowest=np.r_[-5.0, 0.0, np.where(start > 0, -FROM, -8.0)],
        highest=np.r_[5.0, 3.0, np.where(start > 0, 8.0, FROM)],
    )


def _odds(problem: Problem, rings: pd.DataFrame, seen: Observed) -> np.ndarray:
    """(n_rings,) log odds of all rings by a fit."""
    odds = _design(seen) @ (_start() + fit(problem))
    odds = np.where(seen.prompts_only, np.minimum(odds, PROMPTS_NATS), odds)
    return np.where(seen.has_solid, odds, np.minimum(odds, NOT_SOLID_NATS))


def _show(title: str, rings: pd.DataFrame, seen: Observed, score: np.ndarray) -> None:
    """Print what reaches which tier, in all and by class."""
    enforced = (score >= ENFORCE_SCORE) & seen.may_enforce
    shown = enforced | (score >= REVIEW_SCORE)
    abusive = rings["is_abusive"].to_numpy(dtype=bool)
    large = (rings["n_accounts"] >= 12).to_numpy()
    show_table(title, ("rings", "number", "at enforce", "at review and above"), [
        (name, int(some.sum()), int(enforced[some].sum()), int(shown[some].sum()))
        for name, some in (("abusive", abusive), ("abusive, 12 and more", abusive & large),
                           ("innocent", ~abusive))
    ])
    error = reliability(score, abusive).expected_error
    show_table(f"{title}: calibration", ("what", "error"), [("score of rings", error)])
    table = pd.DataFrame({
        "what": rings["what"], "abusive": abusive, "enforced": enforced, "shown": shown})
    show_table(f"{title}: classes that are not wholly right",
               ("class", "rings", "at enforce", "at review and above"), [
        (what, len(some), int(some["enforced"].sum()), int(some["shown"].sum()))
        for what, some in table.groupby("what")
        if not (some["shown"] == some["abusive"]).all()
    ])


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", nargs="+", default=["held-out-100k", "harder", "unseen"],
                        choices=sorted(PRESETS), help="which worlds (default: the three)")
    parser.add_argument("--seed", type=int, nargs="+", default=[601], metavar="SEED",
                        help="a world of each preset for each (default: 601)")
    parser.add_argument("--keep", type=Path, metavar="DIR",
                        help="keep worlds and outputs here, and use what is there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
