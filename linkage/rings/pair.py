"""The weight of one pair of accounts, as a waterfall of bits that adds up.

The sum is the one by which the pair view judges a pair (Fellegi and Sunter [1]_): the odds
of two accounts drawn by chance, then the most telling agreement of each family, less what
the time between the two sightings takes away. Identifiers that say nothing for the ring are
in no row of evidence and are missed here: where a pair shares one, the sum falls short of
the one used.

.. [1] Fellegi & Sunter (1969), A theory for record linkage, JASA 64.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linkage.evidence.pairs import HALF_LIFE_DAYS, WIDEST
from linkage.rings.read import Evidence
from linkage.rings.wording import Wording
from linkage.signals import signal


@dataclass(frozen=True)
class Step:
    """One step of a waterfall."""

    sentence: str
    bits: float
    total_bits: float
    """Sum up to and with this step."""


@dataclass(frozen=True)
class PairWeight:
    """What two accounts' agreements say of them as a pair."""

    steps: tuple[Step, ...]
    """The odds of chance first, then families by falling bits."""
    carried: tuple[str, ...]
    """Agreements that count for the ring and not for a pair, each with the reason."""

    @property
    def bits(self) -> float:
        """Log odds that one operator runs both."""
        return self.steps[-1].total_bits

    @property
    def probability(self) -> float:
        """P(one operator runs both), by these agreements alone."""
        return float(1 / (1 + np.exp2(-self.bits)))


def pair_weight(
    shared: Sequence[tuple[Evidence, Evidence]], manifest: Mapping[str, Any], words: Wording
) -> PairWeight | None:
    """Weigh a pair by the reliabilities that its run estimated.

    Parameters
    ----------
    shared
        Evidence of the identifiers that both accounts hold: the left one's row, the right's.
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
    best: dict[str, _Agreement] = {}
    carried = []
    for left, right in shared:
        why_not = _why_not(left)
        if why_not or left.kind not in told["reliability"]:
            carried.append(f"{words.sentence(left)}: {why_not or 'no estimate of its kind'}")
            continue
        one = _agreement(left, right, told, prior_bits, words)
        family = words.family(left.kind)
        if family not in best or one.rank < best[family].rank:
            best[family] = one
    steps = [Step("two accounts drawn by chance", prior_bits, prior_bits)]
    for one in sorted(best.values(), key=lambda one: (-one.bits, one.sentence)):
        steps.append(Step(one.sentence, one.bits, steps[-1].total_bits + one.bits))
    return PairWeight(tuple(steps), tuple(carried))


@dataclass(frozen=True)
class _Agreement:
    """One identifier that both hold."""

    sentence: str
    bits: float
    rank: tuple[float, str]
    """The lowest of a family counts: the most telling by what was known beforehand."""


def _why_not(row: Evidence) -> str:
    """Say why an identifier makes no pairs; empty when it does."""
    creates = not signal(row.kind).is_qualifier if row.creates is None else row.creates
    if not creates:
        return "it only corroborates"
    if row.n_accounts_total > WIDEST:
        return f"{row.n_accounts_total:,} accounts hold it, too many to pair"
    return ""


def _agreement(
    left: Evidence, right: Evidence, told: Mapping[str, Any], prior_bits: float, words: Wording
) -> _Agreement:
    """Weigh one identifier."""
    lower = np.asarray(told["holders_from"])
    # Who is linked directly is related as if no one else held the identifier.
    is_direct = left.identifier_id in (left.account_id, right.account_id)
    n_holders = 2 if is_direct else left.n_accounts_total
    size = int(np.clip(np.searchsorted(lower, n_holders, side="right") - 1, 0, len(lower) - 1))
    days = _days_apart(left, right)
    decay = 2.0 ** (-days / HALF_LIFE_DAYS)
    estimated, alone = told["reliability"][left.kind][size], told["prior"][left.kind]
    prior_odds = alone / (1 - alone) / (lower[size] - 1)
    worth = (np.log2(prior_odds) + 2 * np.log2(max(told["n_accounts"], 2))) * decay
    return _Agreement(
        sentence=words.sentence(left) + (f" ({days:.0f} days apart)" if days >= 1 else ""),
        bits=(float(np.log2(estimated / (1 - estimated))) - prior_bits) * decay,
        rank=(-float(worth), left.kind),
    )


def _days_apart(left: Evidence, right: Evidence) -> float:
    """Days between the last sight of one account and the first of the other; 0 if they meet."""
    firsts = [row.first_seen_at for row in (left, right) if row.first_seen_at]
    lasts = [row.last_seen_at for row in (left, right) if row.last_seen_at]
    if len(firsts) < 2 or len(lasts) < 2:
        return 0.0
    return max((max(firsts) - min(lasts)).total_seconds(), 0.0) / 86_400
