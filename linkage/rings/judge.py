"""Scores and tiers: what is worth a person's hour, and what may be acted on."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from linkage.evidence.incidence import Flags, Floats
from linkage.rings.features import KNOWN_FAMILIES
from linkage.rings.signs import SIGNS
from linkage.signals import NEVER_ALONE

PRIOR_NATS = -1.5
"""Log odds of abuse of a linked group before any sign is seen: most groups are innocent."""

ENFORCE_SCORE = 0.95
REVIEW_SCORE = 0.50
WATCH_SCORE = 0.05

HELD_SHARE = 0.3
"""A family holds a ring when it speaks for this share of its members."""

FEWEST_TEMPLATES = 2
"""Templates that a ring held by prompts alone must have for :data:`WATCH_SCORE`: one may be
a text that people pass on."""

SMALLEST_ENFORCED = 7
"""Accounts below which a group may be a family, and is never acted on by itself."""


NOTHING_SHARED = {f"n_{name}": 0.0 for name in ("prompt", "device", "payment", "network", "other")}
"""Measures that the sentences need, where no ring has them."""


@dataclass(frozen=True)
class Verdicts:
    """One row per ring, in order."""

    score: Floats
    """In [0, 1], for ranking."""
    tier: list[str]
    reason: list[str]
    families: list[list[str]]
    """Families that hold the ring, the most telling first."""
    signs: Flags
    """(n_rings, n_signs) which of ``SIGNS`` is seen."""


def judge(rings: pd.DataFrame, families: tuple[str, ...]) -> Verdicts:
    """Judge rings by what was measured of them.

    Parameters
    ----------
    rings
        Measures, one row per ring (see :func:`linkage.rings.features.measure`).
    families
        Names of the families of evidence at hand.
    """
    seen = np.column_stack([sign.test(rings).to_numpy(dtype=bool) for sign in SIGNS])
    weight = np.array([sign.nats for sign in SIGNS])
    held = np.column_stack([
        rings[f"held_{family}"].to_numpy() for family in families
    ]) if families else np.zeros((len(rings), 0))
    holds = held >= HELD_SHARE
    solid = np.array([family not in NEVER_ALONE for family in families], dtype=bool)
    solid = solid & ~_is_public(rings, families)
    n_solid = (holds & solid).sum(axis=1)
    two = (holds.sum(axis=1) >= 2) & (n_solid >= 1)
    log_odds = PRIOR_NATS + seen @ weight + np.where(two, 0.5, -1.5)
    log_odds = np.where(n_solid == 0, np.minimum(log_odds, -3.5), log_odds)
    score = 1 / (1 + np.exp(-log_odds))
    by_prompts = _by_prompts_alone(rings, families, holds & solid, seen)
    score = np.where(by_prompts, np.maximum(score, WATCH_SCORE), score)
    tier = [
        _tier(row_score, row_two, size)
        for row_score, row_two, size in zip(score, two, rings["n_accounts"], strict=True)
    ]
    names = [
        [families[at] for at in np.argsort(-held[row], kind="stable") if holds[row, at]]
        for row in range(len(rings))
    ]
    measured = rings.to_dict("records")
    reason = [
        _reason(one, names[at], seen[at], measured[at], bool(n_solid[at]))
        if one != "watch" or not by_prompts[at] else _prompts_reason(measured[at])
        for at, one in enumerate(tier)
    ]
    return Verdicts(score, tier, reason, names, seen)


def _is_public(rings: pd.DataFrame, families: tuple[str, ...]) -> Flags:
    """(n_rings, n_families) further kinds of which all members hold the same one.

    A coupon or invitation code that everybody has places people at an event; several that
    are divided among members are an operator's.
    """
    further = np.array([name not in KNOWN_FAMILIES for name in families], dtype=bool)
    common = np.zeros(len(rings), dtype=bool)
    if "top_other" in rings:
        common = (rings["top_other"] >= 0.75).to_numpy()
    return further[None, :] & common[:, None]


def _by_prompts_alone(
    rings: pd.DataFrame, families: tuple[str, ...], holds: Flags, seen: Flags
) -> Flags:
    """(n_rings,) held by templates of its own, with nothing else and no sign of innocence.

    Whoever shares nothing but a work list has no cards to rotate; that members joined at
    unrelated times and share all of it as one excuses nobody. Chance does: of six such rings
    that had fewer than 4 nats a member in a simulated world, five were of strangers.
    """
    if "prompt" not in families:
        return np.zeros(len(rings), dtype=bool)
    excuses = np.array([sign.excuses for sign in SIGNS])
    own = ((rings["n_prompt"] >= FEWEST_TEMPLATES) & (rings["own_prompt"] >= 0.5)).to_numpy()
    alone = holds[:, families.index("prompt")] & (holds.sum(axis=1) == 1)
    found: Flags = own & alone & ~(seen & excuses).any(axis=1)
    return found


def _prompts_reason(ring: dict[Hashable, Any]) -> str:
    """Say why a ring that only prompts hold is to be watched."""
    return (
        f"{ring['n_accounts']:,} accounts held together by prompt alone: shares "
        f"{ring['n_prompt']:,.0f} prompt templates that hardly anyone else sends, and shows no "
        "sign of innocence; but templates can be passed on"
    )


def _tier(score: float, two_families: bool, n_accounts: int) -> str:
    """Name the tier of a ring."""
    if score >= ENFORCE_SCORE and two_families and n_accounts >= SMALLEST_ENFORCED:
        return "enforce"
    if score >= REVIEW_SCORE:
        return "review"
    return "watch" if score >= WATCH_SCORE else "benign"


def _reason(
    tier: str, families: list[str], seen: Flags, ring: dict[Hashable, Any], has_solid: bool
) -> str:
    """Say in one sentence why a ring is in its tier."""
    values = NOTHING_SHARED | {str(name): value for name, value in ring.items()}
    order = sorted(
        (sign for at, sign in enumerate(SIGNS) if seen[at]), key=lambda sign: -abs(sign.nats)
    )
    against = [sign.sentence.format_map(values) for sign in order if sign.nats > 0]
    innocent = [sign.sentence.format_map(values) for sign in order if sign.nats < 0]
    by = " and ".join(families[:3]) or "no family of evidence"
    head = f"{ring['n_accounts']:,} accounts held together by {by}"
    if not has_solid:
        return f"{head}: what places, moments and public codes explain is never enough by itself"
    if tier == "benign":
        return f"{head}: {_and(innocent[:3] or against[:3])}; not abusive by linkage alone"
    if tier == "watch" and innocent:
        return f"{head}: {_and(against[:2] or ['nothing abusive seen'])}, but {_and(innocent[:2])}"
    return f"{head}: {_and(against[:4] or ['linked beyond chance'])}"


def _and(parts: list[str]) -> str:
    """Join clauses as prose."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
