"""Operators: named ways of running a ring, and plans that give them sizes.

What the members of each class share is told in :data:`OPERATORS`; a perfect engine could
find every one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Network = Literal[
    "residential", "datacenter", "mixed", "vpn", "own", "home", "line", "carrier", "chain"
]
"""Addresses of innocent customers; rented machines; both; VPN exits innocents use too; an own
address each; one home; one line of an office; a mobile carrier's pool; addresses in a chain."""
Device = Literal["farm", "antidetect", "fresh", "colliding", "chain"]
"""Each machine used by a few accounts; few fingerprints; one each; fingerprints that innocents
have too; machines in a chain."""
Cards = Literal["by_5", "by_60", "some_by_60", "fresh", "none", "chain"]
"""A card for every 5 or 60 accounts, for some accounts only, one each, none, or in a chain."""
Mail = Literal["disposable", "numbered", "aliases", "own_domains", "unnumbered", "aged"]
"""Throw-away domains; ``root0001@``; dots and plus tags of few mailboxes; bought domains; a
name nobody else has each; whatever mailbox an ordinary account would have."""
Templates = Literal["partitioned", "mutating", "public", "none"]
"""Prompt templates dealt over the accounts; the same, paraphrased; templates that innocents
copy from public places; none."""
Births = Literal["bursts", "drip", "aged"]
"""Created in bursts, one by one, or long before they act."""
Hours = Literal["round_the_clock", "synchronised", "human", "office"]
"""Acting day and night, within the same minutes, as people do, or as employees do."""
Links = Literal["none", "referral", "recovery_email"]
"""Direct relations of accounts: a tree of invitations, or recovery addresses."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One way of running a ring."""

    name: str
    shares: str
    """What its members share, in a sentence."""
    network: Network = "own"
    device: Device = "fresh"
    cards: Cards = "none"
    email: Mail = "aged"
    templates: Templates = "none"
    births: Births = "drip"
    hours: Hours = "round_the_clock"
    links: Links = "none"
    accounts_per_phone: int = 0
    """Accounts confirmed with one telephone number; 0 for a number each, or none."""
    accounts_per_coupon: int = 0
    """Accounts that signed up with one promotional code; 0 for none."""
    camouflage: float = 0.0
    """Share of each member's events from a home and devices of its own."""
    is_replaced: bool = False
    """Members are banned and replaced at once by heirs of their infrastructure."""
    has_vendor: bool = False
    """Shares proxy and card vendors with another operator: both in one plan's ``vendor``."""
    smallest: int = 5
    largest: int = 25_000


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            name="datacenter_farm", network="datacenter", device="farm", cards="by_60",
            email="numbered", templates="partitioned", births="bursts",
            shares="hosting addresses, machines, cards of sixty, numbered mailboxes, templates",
        ),
        Operator(
            name="residential_proxy", network="residential", device="antidetect", cards="by_60",
            templates="partitioned",
            shares="addresses of innocent homes (two to a dozen members each), few fingerprints, "
            "cards of sixty, templates",
        ),
        Operator(
            name="shared_vpn_cards", network="vpn", cards="by_5", hours="human",
            shares="VPN exits that innocents use, cards of five (some members hold two)",
        ),
        Operator(
            name="chain", network="chain", device="chain", cards="chain",
            email="unnumbered", hours="human", largest=2_500,
            shares="a card with the next member, a device with the second next, an address with "
            "the third next; nothing is held by more than three",
        ),
        Operator(
            name="two_operators_one_vendor", network="residential", device="farm", cards="by_5",
            email="own_domains", templates="partitioned", has_vendor=True,
            shares="machines, cards, mail domains and templates of its own; proxy addresses and "
            "issuers with the other operator, which is another ring",
        ),
        Operator(
            name="mutating_templates", network="vpn", device="antidetect", cards="by_60",
            email="disposable", templates="mutating",
            shares="VPN exits that innocents use, few fingerprints, cards of sixty, paraphrases "
            "of templates",
        ),
        Operator(
            name="ordinary_lives", network="residential", device="farm", cards="by_5",
            templates="partitioned", births="aged", hours="human", camouflage=0.6,
            shares="proxy addresses, machines, cards of five and templates in four events of ten; "
            "the rest is an ordinary life",
        ),
        Operator(
            name="own_address_templates", network="own", cards="some_by_60",
            templates="partitioned",
            shares="templates, and cards of sixty among two in five members",
        ),
        Operator(
            name="device_farm", network="residential", device="farm", births="bursts",
            shares="machines (about five members each, two for some), addresses of innocent homes",
        ),
        Operator(
            name="email_aliases", network="datacenter", cards="fresh", email="aliases",
            births="bursts", accounts_per_phone=3,
            shares="mailboxes behind aliases (a dozen members each), telephone numbers (three "
            "members each), hosting addresses",
        ),
        Operator(
            name="banned_replaced", network="mixed", device="antidetect", cards="by_5",
            email="numbered", templates="partitioned", is_replaced=True, smallest=12,
            shares="hosting and home addresses, few fingerprints, cards of five, numbered "
            "mailboxes, templates; heirs keep what the banned held",
        ),
        Operator(
            name="synchronised", network="residential", email="disposable",
            templates="partitioned", hours="synchronised", births="bursts",
            shares="templates, minutes of activity, addresses of innocent homes",
        ),
        Operator(
            name="crowd_hiders", network="vpn", device="colliding", cards="some_by_60",
            templates="partitioned", hours="human",
            shares="VPN exits and fingerprints that innocents have too, templates, cards of "
            "sixty among two in five members",
        ),
        Operator(
            name="referral_tree", network="datacenter", email="own_domains", links="referral",
            largest=2_500,
            shares="a tree of invitations, hosting addresses, mail domains",
        ),
        Operator(
            name="small_manual", network="home", device="farm", cards="by_5", email="aliases",
            hours="human", links="recovery_email", largest=11,
            shares="one home, two machines, a card, a mailbox behind aliases",
        ),
        Operator(
            name="campaign", network="mixed", device="antidetect", cards="by_60",
            email="own_domains", templates="partitioned", is_replaced=True, smallest=100,
            shares="hosting and home addresses, few fingerprints, cards of sixty, mail domains, "
            "templates; heirs keep what the banned held",
        ),
    )
}
"""Classes of operators by name, each with what its members share."""

LATER_OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            name="gift_cards", network="residential", cards="by_5", hours="human",
            shares="cards of five, addresses of innocent homes",
        ),
        Operator(
            name="day_shift", network="residential", device="farm", cards="by_5",
            email="own_domains", templates="partitioned", hours="office",
            shares="machines, cards of five, mail domains, templates and working hours: people "
            "are paid to do it",
        ),
        Operator(
            name="coupon_farm", network="datacenter", device="antidetect", email="disposable",
            births="bursts", accounts_per_coupon=20,
            shares="promotional codes of twenty, few fingerprints, hosting addresses",
        ),
        Operator(
            name="aged_accounts", network="residential", device="antidetect", cards="fresh",
            templates="partitioned", births="aged", hours="human", camouflage=0.3,
            shares="few fingerprints and templates; bought accounts with lives of their own",
        ),
        Operator(
            name="phone_farm", network="carrier", device="farm", email="unnumbered",
            births="bursts", hours="human", accounts_per_phone=3,
            shares="machines, telephone numbers of three, a mobile carrier's pool",
        ),
        Operator(
            name="public_tool", network="own", device="antidetect", cards="by_5",
            templates="public",
            shares="cards of five and few fingerprints; its prompts are a public tool's",
        ),
        Operator(
            name="invited_codes", network="vpn", device="colliding", links="referral",
            accounts_per_coupon=8, largest=2_500,
            shares="a tree of invitations, promotional codes of eight, VPN exits and "
            "fingerprints that innocents have too",
        ),
        Operator(
            name="one_floor", network="line", device="farm", cards="by_60", births="bursts",
            templates="partitioned", hours="office", largest=300,
            shares="one line, machines, cards of sixty, templates and working hours: a floor of "
            "hired hands",
        ),
    )
}
"""Classes that came after the signs were first weighed; only presets of their own deal them.
The first four were looked at when the signs were weighed anew, the others were not."""


@dataclass(frozen=True, kw_only=True)
class RingPlan:
    """One ring to plant."""

    n_accounts: int
    """Members, replaced ones included; at least 2."""
    operator: Operator
    mean_events: float = 60.0
    """Mean events per member; nine in ten are conversations, the others logins."""
    n_templates: int = 0
    """Templates in use; 0 lets the size decide (3 to 240)."""
    idle: float = 0.15
    """Largest share of the world's days that pass before it begins, and after it ends."""
    vendor: str = ""
    """Rings of the same vendor buy proxies and cards from the same place."""

    def __post_init__(self) -> None:
        if self.n_accounts < 2:
            raise ValueError(f"a ring has at least 2 accounts, got {self.n_accounts}")


def ring_plans(
    sizes: Sequence[int], seed: int, *, operators: Sequence[str] = ()
) -> tuple[RingPlan, ...]:
    """Deal operator classes over ring sizes, each class as often as the others.

    Parameters
    ----------
    sizes
        Accounts of each ring.
    seed
        Seed of the deal.
    operators
        Names in :data:`OPERATORS` or :data:`LATER_OPERATORS` to deal; none deals all of the
        first but ``campaign``. Classes that
        share a vendor are dealt to two sizes in a row, or not at all.

    Examples
    --------
    >>> [plan.n_accounts for plan in ring_plans([6, 40, 300], seed=1)]
    [6, 40, 300]
    """
    rng = np.random.default_rng([seed, 7])
    names = list(operators) or [name for name in OPERATORS if name != "campaign"]
    waiting: list[str] = []
    plans: list[RingPlan] = []
    for size in sizes:
        if len(plans) and plans[-1].operator.has_vendor and _is_single(plans):
            plans.append(RingPlan(n_accounts=size, operator=plans[-1].operator,
                                  vendor=plans[-1].vendor))
            continue
        may_pair = len(plans) + 1 < len(sizes)
        if not any(_fits(name, size, may_pair) for name in waiting):
            waiting += [names[k] for k in rng.permutation(len(names))]
        name = next((name for name in waiting if _fits(name, size, may_pair)), names[0])
        if name in waiting:
            waiting.remove(name)
        operator = _operator(name)
        vendor = f"vendor{len(plans)}" if operator.has_vendor else ""
        plans.append(RingPlan(n_accounts=size, operator=operator, vendor=vendor))
    return tuple(plans)


def _operator(name: str) -> Operator:
    """Return a class by name."""
    return OPERATORS[name] if name in OPERATORS else LATER_OPERATORS[name]


def _is_single(plans: Sequence[RingPlan]) -> bool:
    """Tell whether the last plan's vendor has only one customer yet."""
    return sum(plan.vendor == plans[-1].vendor for plan in plans) == 1


def _fits(name: str, size: int, may_pair: bool) -> bool:
    """Tell whether a class can run a ring of this size."""
    operator = _operator(name)
    return operator.smallest <= size <= operator.largest and (may_pair or not operator.has_vendor)
