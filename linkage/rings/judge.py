"""Scores and tiers: what is worth a person's hour, and what may be acted on."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from linkage.evidence.incidence import Flags, Floats
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.features import KNOWN_FAMILIES
from linkage.rings.firm import HELD_SHARE, holding, prompts_only
from linkage.rings.innocents import Innocent, look_alikes
from linkage.rings.places import LARGER_THAN_FAMILY, measured, neighbours, scattered
from linkage.rings.signs import SIGNS, one_invitation, public_codes
from linkage.signals import LINK_FAMILY, NEVER_ALONE

ENFORCE_SCORE = 0.95
REVIEW_SCORE = 0.50
WATCH_SCORE = 0.05

TWO_NATS, ONE_NATS = 0.0, -0.5
"""What it adds to the log odds of abuse that two families hold a ring, or fewer."""

NOT_SOLID_NATS = -3.5
"""Most log odds of a ring that places, moments and public codes explain."""

PROMPTS_NATS = -0.5
"""Most log odds of a ring that nothing but templates hold: users of one public tool, who run
it day and night, hold them as well."""

STRANGERS = 0.2
"""Members among the holders of a family's commonest identifier below which it is strangers'."""

LEAST_STANDING = 0.1
"""Share of a ring that must stand alone before what only texts join is more than texts."""

OWN_TEXTS = 0.75
"""Share of a ring that must share templates which are mostly its own, for texts to be its own."""

BARS = (
    "nothing_hidden", "joined_by_place", "groups_joined_by_place", "groups_joined_by_text",
    "one_workplace", "shared_machines", "place_and_machines", "one_mailbox",
)
"""Signs with which nothing is enforced, whatever else is seen: a young firm or a support desk
shares cards, machines, numbered mailboxes and prompts as an operator does."""

EXPLAINED = ("watch", "benign")
"""Tiers whose rings get the name of the innocent group they look like."""

FEWEST_TEMPLATES = 2
"""Templates that a ring held by prompts alone must have for :data:`WATCH_SCORE`: one may be
a text that people pass on."""

SMALLEST_ENFORCED = LARGER_THAN_FAMILY
"""Accounts below which a group is never acted on by itself."""


NOTHING_SHARED = {f"n_{name}": 0.0 for name in ("prompt", "device", "payment", "network", "other")}
"""Measures that the sentences need, where no ring has them."""


@dataclass(frozen=True)
class Verdicts:
    """One row per ring, in order."""

    score: Floats
    """In [0, 1], for ranking."""
    nats: Floats
    """Log odds of abuse."""
    tier: list[str]
    reason: list[str]
    families: list[list[str]]
    """Families that hold the ring, the most telling first."""
    signs: Flags
    """(n_rings, n_signs) which of ``SIGNS`` is seen."""
    looks_like: list[str | None]
    """Innocent group that a ring at watch or benign looks like; None for none."""


@dataclass(frozen=True)
class Observed:
    """What the judge sees of each ring, before it weighs anything."""

    signs: Flags
    """(n_rings, n_signs) which of ``SIGNS`` is seen."""
    held: Floats
    """(n_rings, n_families) share of the members that each family holds."""
    is_two: Flags
    """(n_rings,) do two families hold the ring, one of them neither place nor time?"""
    has_solid: Flags
    """(n_rings,) does more hold it than place, time and public codes explain? Small groups
    that places join, of people with lives of their own, are no ring either."""
    by_prompts: Flags
    """(n_rings,) do templates of its own hold it, nothing else, and no sign of innocence?"""
    prompts_only: Flags
    """(n_rings,) do templates hold it, and nothing that does not come along with them; or does
    it fall into groups that nothing else joins, none of which stands?"""
    parts_nats: Floats
    """(n_rings,) log odds of the parts that places join to it; infinite where more does."""
    may_enforce: Flags
    """(n_rings,) is it too large for a family, held firmly by two families, joined by more than
    places, and does it do what people who work together do not?"""


def observe(rings: pd.DataFrame, families: tuple[str, ...]) -> Observed:
    """Return what is seen of rings; parameters as of :func:`judge`."""
    seen = np.column_stack([sign.test(rings).to_numpy(dtype=bool) for sign in SIGNS])
    by = holding(rings, families)
    holds = by.holds
    solid = np.array([family not in NEVER_ALONE for family in families], dtype=bool)
    solid = solid & ~_is_public(rings, families) & ~_is_strangers(rings, families)
    n_solid = (holds & solid).sum(axis=1)
    has = {sign.name: seen[:, at] for at, sign in enumerate(SIGNS)}
    is_two = (holds.sum(axis=1) >= 2) & (n_solid >= 1)
    bars = np.any([has[name] for name in BARS], axis=0)
    return Observed(
        seen, by.held, is_two, (n_solid > 0) & ~neighbours(rings).to_numpy(dtype=bool),
        _by_prompts_alone(rings, families, holds & solid & ~by.of_tool, seen),
        prompts_only(by, families) | (has["groups_joined_by_text"] & (
            (measured(rings, "standing_share") < LEAST_STANDING)
            & (measured(rings, "shared_prompt") < OWN_TEXTS)).to_numpy(dtype=bool)),
        np.where(
            has["groups_joined_by_place"] & ~scattered(rings),
            measured(rings, "parts_nats", np.inf).fillna(np.inf), np.inf),
        is_two & by.by_two & ~bars
        & (rings["n_accounts"] >= SMALLEST_ENFORCED).to_numpy(dtype=bool),
    )


def log_odds(observed: Observed, calibration: Calibration = BUILT_IN) -> Floats:
    """(n_rings,) log odds of abuse, in nats."""
    weight = np.array([calibration.signs.get(sign.name, sign.nats) for sign in SIGNS])
    odds = calibration.prior_nats + observed.signs @ weight
    odds = calibration.rings.of(odds + np.where(observed.is_two, TWO_NATS, ONE_NATS))
    odds = np.where(observed.prompts_only, np.minimum(odds, PROMPTS_NATS), odds)
    odds = np.minimum(odds, observed.parts_nats)
    return np.where(observed.has_solid, odds, np.minimum(odds, NOT_SOLID_NATS))


def judge(
    rings: pd.DataFrame, families: tuple[str, ...], calibration: Calibration = BUILT_IN
) -> Verdicts:
    """Judge rings by what was measured of them.

    Whatever people's decisions made of the weights, nothing is enforced that the built-in
    ones would not enforce as well: answers to what was enforced must not widen it.

    Parameters
    ----------
    rings
        Measures, one row per ring (see :func:`linkage.rings.features.measure`).
    families
        Names of the families of evidence at hand.
    calibration
        Weights and scale.
    """
    observed = observe(rings, families)
    nats = log_odds(observed, calibration)
    score = 1 / (1 + np.exp(-nats))
    score = np.where(observed.by_prompts, np.maximum(score, WATCH_SCORE), score)
    least = np.minimum(score, 1 / (1 + np.exp(-log_odds(observed))))
    tier = [
        _tier(*row) for row in
        zip(score, least, observed.may_enforce, strict=True)
    ]
    holds = observed.held >= HELD_SHARE
    names = [
        [families[at] for at in np.argsort(-observed.held[row], kind="stable") if holds[row, at]]
        for row in range(len(rings))
    ]
    values = rings.to_dict("records")
    alike = [
        like if one in EXPLAINED else None
        for one, like in zip(tier, look_alikes(rings), strict=True)
    ]
    reason = [
        _prompts_reason(values[at]) if one == "watch" and observed.by_prompts[at] else
        _reason(one, names[at], observed.signs[at], values[at], bool(observed.has_solid[at]),
                alike[at])
        for at, one in enumerate(tier)
    ]
    return Verdicts(
        score, nats, tier, reason, names, observed.signs,
        [like.name if like else None for like in alike])


def _is_public(rings: pd.DataFrame, families: tuple[str, ...]) -> Flags:
    """(n_rings, n_families) further kinds of which all members hold the same one, or one of few.

    A coupon or invitation code that everybody has places people at an event; several that
    are divided among members are an operator's. Whom one account invited by one code came
    by one act: neither the code nor the relation tells of a second.
    """
    further = np.array([name not in KNOWN_FAMILIES for name in families], dtype=bool)
    link = np.array([name == LINK_FAMILY for name in families], dtype=bool)
    common = public_codes(rings).to_numpy()
    star = one_invitation(rings).to_numpy()
    flags: Flags = (further[None, :] & common[:, None]) | (link[None, :] & star[:, None])
    return flags


def _is_strangers(rings: pd.DataFrame, families: tuple[str, ...]) -> Flags:
    """(n_rings, n_families) families of which members share what is mostly strangers', alone."""
    flags = np.zeros((len(rings), len(families)), dtype=bool)
    for at, family in enumerate(families):
        if f"own_{family}" in rings:
            own = rings[f"own_{family}"].to_numpy()
            shared = measured(rings, f"shared_{family}").to_numpy()
            flags[:, at] = (own > 0) & (own < STRANGERS) & (shared < HELD_SHARE)
    return flags


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
    own = (
        (rings["n_prompt"] >= FEWEST_TEMPLATES)
        & ((rings["own_prompt"] >= 0.5) | (measured(rings, "shared_prompt") >= 0.5))
    ).to_numpy()
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


def _tier(score: float, least: float, may_enforce: bool) -> str:
    """Name the tier of a ring; ``least`` is the lower of its score and the built-in one."""
    if least >= ENFORCE_SCORE and may_enforce:
        return "enforce"
    if score >= REVIEW_SCORE:
        return "review"
    return "watch" if score >= WATCH_SCORE else "benign"


def _reason(
    tier: str, families: list[str], seen: Flags, ring: dict[Hashable, Any], has_solid: bool,
    alike: Innocent | None,
) -> str:
    """Say in one sentence why a ring is in its tier."""
    values: dict[Any, Any] = NOTHING_SHARED | ring
    order = sorted(
        (sign for at, sign in enumerate(SIGNS) if seen[at]), key=lambda sign: -abs(sign.nats)
    )
    against = [sign.sentence.format_map(values) for sign in order if sign.nats > 0]
    innocent = [sign.sentence.format_map(values) for sign in order if sign.nats < 0]
    by = " and ".join(families[:3]) or "no family of evidence"
    head = f"{ring['n_accounts']:,} accounts held together by {by}"
    if alike:
        sure = "to all appearance" if tier == "benign" else "perhaps"
        head = f"{head}, {sure} {alike.phrase}"
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
