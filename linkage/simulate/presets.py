"""Ready-made worlds, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from linkage.simulate.innocents import InnocentKind
from linkage.simulate.look_alikes import HARDER_KINDS, UNSEEN_KINDS
from linkage.simulate.operators import LATER_OPERATORS, OPERATORS, RingPlan, ring_plans

_LADDER = (6, 8, 11, 12, 20, 29, 30, 60, 99, 150, 400, 900, 1_200, 2_500)
_SHORT_LADDER = (7, 8, 9, 12, 14, 20, 25, 29, 30, 40, 60, 80, 99, 150, 200, 400, 500, 900, 1_200,
                 1_500)
_LATER = tuple(LATER_OPERATORS)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A world that people ask for by name."""

    name: str
    about: str
    n_accounts: int
    rings: Callable[[int], tuple[RingPlan, ...]]
    """Plans of its rings for a seed."""
    further: tuple[InnocentKind, ...] = ()
    """Kinds of innocent groups besides those of every world."""
    prompts: bool = False
    mean_events: float = 25.0
    """Mean events of an ordinary account over the world's days."""


def _demo(seed: int) -> tuple[RingPlan, ...]:
    dealt = {
        "small_manual": 8, "shared_vpn_cards": 25, "residential_proxy": 60, "chain": 14,
        "mutating_templates": 40, "datacenter_farm": 120,
    }
    return tuple(
        RingPlan(n_accounts=size, operator=OPERATORS[name], mean_events=14)
        for name, size in dealt.items()
    )


def _campaign(seed: int) -> tuple[RingPlan, ...]:
    return (
        RingPlan(n_accounts=25_000, operator=OPERATORS["campaign"], mean_events=1_280,
                 n_templates=240, idle=0.0),
        *ring_plans(_LADDER, seed),
    )


def _hardest(seed: int) -> tuple[RingPlan, ...]:
    """Every class at every size it can run, one by one."""
    plans: list[RingPlan] = []
    for operator in OPERATORS.values():
        for size in (8, 20, 60, 300):
            if operator.smallest <= size <= operator.largest:
                vendor = f"{operator.name}{size}" if operator.has_vendor else ""
                plan = RingPlan(n_accounts=size, operator=operator, vendor=vendor)
                plans += [plan, plan] if vendor else [plan]
    return tuple(plans)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(name="demo", about="3,000 accounts, 6 rings, prompts; for a first look",
               n_accounts=3_000, rings=_demo, prompts=True, mean_events=6),
        Preset(name="held-out-100k", about="100,000 accounts, rings of 6 to 2,500",
               n_accounts=100_000, rings=lambda seed: ring_plans(_LADDER * 2, seed)),
        Preset(name="held-out-1m", about="1,000,000 accounts, rings of 6 to 25,000",
               n_accounts=1_000_000,
               rings=lambda seed: ring_plans((*_LADDER * 3, 5_000, 10_000, 25_000), seed)),
        Preset(name="campaign-2026",
               about="25,000 accounts of one operator, 28.8 million conversations, among a million",
               n_accounts=1_000_000, rings=_campaign),
        Preset(name="hardest", about="100,000 accounts, every class of operator at four sizes",
               n_accounts=100_000, rings=_hardest),
        Preset(name="harder",
               about="60,000 accounts; operators and look-alikes the signs were weighed anew by",
               n_accounts=60_000, further=HARDER_KINDS,
               rings=lambda seed: ring_plans(_SHORT_LADDER, seed, operators=_LATER[:4])),
        Preset(name="unseen",
               about="60,000 accounts; operators and look-alikes no sign was weighed by",
               n_accounts=60_000, further=UNSEEN_KINDS,
               rings=lambda seed: ring_plans(_SHORT_LADDER, seed, operators=_LATER[4:])),
        Preset(name="mixed", about="20,000 accounts, rings of 6 to 400",
               n_accounts=20_000, rings=lambda seed: ring_plans(_LADDER[:11], seed)),
    )
}
"""Presets by name."""
