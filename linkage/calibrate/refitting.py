"""One refit from people's answers, each part kept only where it predicts unseen rings better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from linkage.calibrate.answers import Answers, Source
from linkage.calibrate.evidence import JudgedKinds, JudgedRings, judged
from linkage.calibrate.fitting import Problem, fit, held_out, log_loss
from linkage.errors import QualityGateError
from linkage.evidence.incidence import Floats
from linkage.rings.calibration import BUILT_IN, Calibration, Scale
from linkage.rings.judge import Observed, log_odds
from linkage.rings.signs import SIGNS
from linkage.signals import signal

LEAST_EACH = 5
"""Answers of each sort, and as many rings, below which a part stays as it is."""

SPREAD_OF_SIGN = 0.5
SPREAD_OF_PRIOR = 0.5
SPREAD_OF_SCALE = 0.5
SPREAD_OF_KIND = 0.5
"""How far, in nats, a weight is thought to be off before any answer is heard."""

LEFT_OUT = ("banned_before",)
"""Signs that answers bring about: whoever is confirmed is banned, and was not before."""


@dataclass(frozen=True)
class Part:
    """One part of a refit."""

    name: str
    """``signs``, ``score``, ``confidence`` or ``kinds``."""
    n_answers: int
    n_rings: int
    before: float | None
    """Mean log loss on unseen rings with today's values, in nats; None where not fitted."""
    after: float | None
    is_kept: bool
    why: str


@dataclass(frozen=True)
class Refit:
    """What came of the answers."""

    calibration: Calibration
    parts: tuple[Part, ...]
    run_id: str
    sources: tuple[Source, ...]
    coverage: dict[str, tuple[int, int]]
    """Tier to rings judged, and rings there are."""
    guards: tuple[str, ...]
    """What is against it that only judged rings have answers, in sentences."""


GUARDS = (
    "a ring counts by one over the share of its tier that was judged, at most fivefold",
    "the accounts of one ring count for at most twenty answers, and are never split over folds",
    "every weight keeps its sign and is at most doubled",
    "a kind of identifier can lose worth and never gain any: pairs outside rings are not judged",
    "bans are left out as a sign: they follow from answers",
    "nothing is enforced that the built-in weights would not enforce as well",
)


def refit(out: Path, answers: Answers) -> Refit:
    """Refit weights, scores and confidence from answers.

    Parameters
    ----------
    out
        A folder that ``linkage run`` wrote with built-in weights or any others; best the one
        that people looked at.
    answers
        What they said.

    Raises
    ------
    InputError
        If the folder lacks a table.
    QualityGateError
        If no part predicts unseen rings better than today's values.
    """
    given = judged(out, answers)
    rings = _rings_with_more(given.rings)
    problem = _sign_problem(rings)
    now, signs = _part("signs", problem, _with_signs, BUILT_IN)
    # Scores are put on their scale by what the signs say of rings that they were not fitted to.
    odds = held_out(problem) if signs.is_kept else problem.offset
    now, score = _part(
        "score", _scale(odds, rings.right, rings.weight, rings.ring_id),
        lambda now, by: replace(now, rings=_line(by)), now,
    )
    members = given.members
    now, confidence = _part(
        "confidence", _scale(members.nats, members.right, members.weight, members.ring_id),
        lambda now, by: replace(now, members=_line(by)), now,
    )
    names = sorted(set(given.kinds.kind))
    now, kinds = _part(
        "kinds", _kind_problem(given.kinds, names), lambda now, by: _with_kinds(now, names, by), now
    )
    parts = (signs, score, confidence, kinds)
    if not any(part.is_kept for part in parts):
        told = "; ".join(f"{part.name}: {part.why}" for part in parts)
        raise QualityGateError(
            f"today's weights stay, no refit predicts unseen rings better ({told})",
            fix="gather more answers, also on rings below enforce: today's weights go on as "
                "they are",
        )
    return Refit(
        now, parts, given.run_id, answers.sources, given.rings.coverage, GUARDS)


def _rings_with_more(rings: JudgedRings) -> JudgedRings:
    """Leave out rings that places, moments, public codes or templates alone explain, and those
    that count as their parts do: no weight moves them."""
    kept = np.flatnonzero(
        rings.observed.has_solid & ~rings.observed.prompts_only
        & np.isinf(rings.observed.parts_nats))
    seen = rings.observed
    return replace(
        rings, ring_id=[rings.ring_id[at] for at in kept], right=rings.right[kept],
        weight=rings.weight[kept],
        observed=Observed(
            seen.signs[kept], seen.held[kept], seen.is_two[kept], seen.has_solid[kept],
            seen.by_prompts[kept], seen.prompts_only[kept], seen.parts_nats[kept],
            seen.may_enforce[kept]),
    )


def _sign_problem(rings: JudgedRings) -> Problem:
    """Ask for what each sign weighs, and for the prior."""
    bound = np.array([0.0 if sign.name in LEFT_OUT else abs(sign.nats) for sign in SIGNS])
    return Problem(
        design=np.column_stack([np.ones(len(rings.right)), rings.observed.signs.astype(float)]),
        offset=log_odds(rings.observed), right=rings.right, weight=rings.weight,
        ring_id=rings.ring_id,
        spread=np.r_[SPREAD_OF_PRIOR, np.full(len(SIGNS), SPREAD_OF_SIGN)],
        lowest=np.r_[-2.0, -bound], highest=np.r_[2.0, bound],
    )


def _with_signs(now: Calibration, change: Floats) -> Calibration:
    """Return a calibration with other weights of signs."""
    return replace(
        now, prior_nats=round(now.prior_nats + float(change[0]), 6),
        signs={
            sign.name: round(sign.nats + float(by), 6)
            for sign, by in zip(SIGNS, change[1:], strict=True) if by
        },
    )


def _scale(nats: Floats, right: Floats, weight: Floats, ring_id: Sequence[str]) -> Problem:
    """Ask for a straight line over log odds."""
    return Problem(
        design=np.column_stack([np.ones(len(nats)), nats]), offset=nats, right=right,
        weight=weight, ring_id=ring_id, spread=np.full(2, SPREAD_OF_SCALE),
        lowest=np.array([-3.0, -0.7]), highest=np.array([3.0, 1.0]),
    )


def _line(change: Floats) -> Scale:
    """Return the line that a change makes of the plain one."""
    return Scale(slope=round(1 + float(change[1]), 6), intercept=round(float(change[0]), 6))


def _kind_problem(judged: JudgedKinds, names: Sequence[str]) -> Problem:
    """Ask how reliable an agreement of each kind is, downwards alone."""
    which = np.array([names.index(name) for name in judged.kind], dtype=np.int64)
    prior = np.array([signal(name).reliability for name in judged.kind])
    return Problem(
        design=np.eye(len(names))[which],
        # Each further holder is a stranger, as in the prior of the pairs.
        offset=np.log(prior / (1 - prior)) - np.log(np.maximum(judged.n_holders - 1, 1)),
        right=judged.right, weight=judged.weight, ring_id=judged.ring_id,
        spread=np.full(len(names), SPREAD_OF_KIND),
        lowest=np.full(len(names), -3.0), highest=np.zeros(len(names)),
    )


def _with_kinds(now: Calibration, names: Sequence[str], change: Floats) -> Calibration:
    """Return a calibration with other reliabilities of kinds."""
    prior = np.array([signal(name).reliability for name in names])
    lowered = 1 / (1 + (1 - prior) / prior * np.exp(-change))
    return replace(now, kinds={
        name: round(float(one), 6)
        for name, one, by in zip(names, lowered, change, strict=True) if by
    })


def _part(
    name: str, problem: Problem, changed: Callable[[Calibration, Floats], Calibration],
    now: Calibration,
) -> tuple[Calibration, Part]:
    """Fit one part; keep it where it does better on rings it has not seen."""
    n, n_rings = len(problem.right), len(set(problem.ring_id))
    n_right = int((problem.right > 0.5).sum())
    if min(n_right, n - n_right) < LEAST_EACH or n_rings < LEAST_EACH:
        why = f"{n_right} right and {n - n_right} wrong in {n_rings} rings; " \
              f"{LEAST_EACH} of each are the least"
        return now, Part(name, n, n_rings, None, None, False, why)
    before, after = log_loss(problem.offset, problem), log_loss(held_out(problem), problem)
    is_kept = after < before
    why = f"log loss on unseen rings {before:.4f} -> {after:.4f}" + (
        "" if is_kept else ": worse, so it stays as it is")
    return (
        changed(now, fit(problem)) if is_kept else now,
        Part(name, n, n_rings, round(before, 6), round(after, 6), is_kept, why),
    )
