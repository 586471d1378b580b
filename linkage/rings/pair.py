"""The weight of one pair of accounts, as a waterfall of bits that adds up.

The sum is the one by which the pair view judges a pair (Fellegi and Sunter [1]_): the odds
of two accounts drawn by chance, then the most telling agreement of each family, less what
the time between the two sightings takes away.

.. [1] Fellegi & Sunter (1969), A theory for record linkage, JASA 64.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linkage.evidence.pairs import HALF_LIFE_DAYS, WIDEST
from linkage.rings.agreements import Agreement
from linkage.rings.wording import Wording
from linkage.signals import LINK_FAMILY, signal


@dataclass(frozen=True)
class Step:
    """One step of a waterfall."""

    sentence: str
    bits: float
    total_bits: float
    """Sum up to and with this step."""


@dataclass(frozen=True)
class NotCounted:
    """Something that both hold and that adds nothing to the pair's weight."""

    sentence: str
    reason: str


@dataclass(frozen=True)
class PairWeight:
    """What two accounts' agreements say of them as a pair."""

    steps: tuple[Step, ...]
    """The odds of chance first, then families by falling bits."""
    not_counted: tuple[NotCounted, ...]
    """What both hold and the sum does without."""

    @property
    def bits(self) -> float:
        """Log odds that one operator runs both."""
        return self.steps[-1].total_bits

    @property
    def probability(self) -> float:
        """P(one operator runs both), by these agreements alone."""
        return float(1 / (1 + np.exp2(-self.bits)))


def pair_weight(
    shared: Sequence[Agreement], manifest: Mapping[str, Any], words: Wording
) -> PairWeight | None:
    """Weigh a pair by the reliabilities that its run estimated.

    Parameters
    ----------
    shared
        Everything that both accounts hold.
    manifest
        The run's manifest.
    words
        Families and sentences of kinds.

    Returns
    -------
    PairWeight or None
        None when the manifest has no estimates.
    """
    told, prior = manifest.get("pair_weights"), manifest.get("prior_of_a_pair")
    if not told or not prior:
        return None
    prior_bits = float(np.log2(prior / (1 - prior)))
    best: dict[str, _Weighed] = {}
    not_counted: list[NotCounted] = []
    weighed: list[_Weighed] = []
    for one in shared:
        why_not = _why_not(one, manifest)
        if why_not:
            not_counted.append(NotCounted(_sentence(one, words), why_not))
        else:
            weighed.append(_weighed(one, told, prior_bits, words))
    for says in sorted(weighed, key=lambda says: says.rank):
        chosen = best.setdefault(says.family, says)
        if chosen is not says:
            not_counted.append(NotCounted(
                says.sentence, f"the family {says.family} counts once, as “{chosen.sentence}”"
            ))
    steps = [Step("two accounts drawn by chance", prior_bits, prior_bits)]
    for says in sorted(best.values(), key=lambda says: (-says.bits, says.sentence)):
        steps.append(Step(says.sentence, says.bits, steps[-1].total_bits + says.bits))
    return PairWeight(tuple(steps), tuple(not_counted))


@dataclass(frozen=True)
class _Weighed:
    """What one identifier says of a pair."""

    family: str
    sentence: str
    bits: float
    rank: tuple[float, str]
    """The lowest of a family counts: the most telling by what was known beforehand."""


def _why_not(one: Agreement, manifest: Mapping[str, Any]) -> str:
    """Say why an identifier makes no pairs; empty when it does."""
    said = manifest.get("settings", {}).get("kinds", {}).get(one.kind, {}).get("is_qualifier")
    if one.is_hub:
        return f"{one.n_accounts:,} accounts hold it, strangers among them"
    if signal(one.kind).is_qualifier if said is None else said:
        return "its kind only corroborates"
    if one.n_accounts > manifest.get("pairs", {}).get("widest_identifier", WIDEST):
        return f"{one.n_accounts:,} accounts hold it, too many to pair"
    return ""


def _weighed(
    one: Agreement, told: Mapping[str, Any], prior_bits: float, words: Wording
) -> _Weighed:
    """Weigh one identifier."""
    lower = np.asarray(told["holders_from"])
    # Who is linked directly is related as if no one else held the identifier.
    n_holders = 2 if one.is_direct else one.n_accounts
    size = int(np.clip(np.searchsorted(lower, n_holders, side="right") - 1, 0, len(lower) - 1))
    decay = 2.0 ** (-one.days_apart / HALF_LIFE_DAYS)
    estimated, alone = told["reliability"][one.kind][size], told["prior"][one.kind]
    prior_odds = alone / (1 - alone) / (lower[size] - 1)
    worth = (np.log2(prior_odds) + 2 * np.log2(max(told["n_accounts"], 2))) * decay
    apart = f" ({one.days_apart:.0f} days apart)" if one.days_apart >= 1 else ""
    return _Weighed(
        family=words.family(one.kind),
        sentence=_sentence(one, words) + apart,
        bits=(float(np.log2(estimated / (1 - estimated))) - prior_bits) * decay,
        rank=(-float(worth), one.kind),
    )


def _sentence(one: Agreement, words: Wording) -> str:
    """Say what both share, as a clause whose subject is both."""
    if one.is_direct and words.family(one.kind) == LINK_FAMILY:
        return f"are linked to each other by {one.kind.replace('_', ' ')}"
    return words.says(one.kind, one.label or one.identifier_id[:8])
