"""Planting a ring: how its members come to life, and what each choice of the operator adds.

A ring has *seats*. A seat owns machines, cards and templates; where banned accounts are
replaced, several members sit on a seat one after another, else each has its own.
"""

from collections.abc import Callable

import numpy as np

from linkage.simulate import mailboxes
from linkage.simulate.clock import CLOCK_ROUND, DAY, HOUR, HUMAN, OFFICE, SYNCHRONISED
from linkage.simulate.draft import PATHWAYS, PLANS, STATUSES, Draft, event_counts
from linkage.simulate.hashing import Ints
from linkage.simulate.infrastructure import CARDS, DEVICES, NETWORKS, Ring, deal_templates
from linkage.simulate.innocents import share_phone
from linkage.simulate.operators import RingPlan

_GENERATIONS = 3


def plant_ring(
    draft: Draft, plan: RingPlan, members: Ints, vendors: dict[str, tuple[Ints, Ints]]
) -> None:
    """Turn ``members`` into the ring of a plan and write it into the truth."""
    operator, n = plan.operator, len(members)
    n_seats = max(4, n // _GENERATIONS) if operator.is_replaced else n
    seat = np.arange(n, dtype=np.int64) % n_seats
    ring = Ring(draft, plan, members, seat, n_seats, vendors)
    draft.open_group(members, "operator", operator.name)
    _clear(ring)
    _live(ring)
    NETWORKS[operator.network](ring)
    DEVICES[operator.device](ring)
    CARDS[operator.cards](ring)
    if operator.templates != "none":
        deal_templates(ring)
    names = _MAIL[operator.email](draft.rng, n)
    draft.mailboxes.update(zip(members.tolist(), names, strict=False))
    if operator.accounts_per_phone:
        for first in range(0, n, operator.accounts_per_phone):
            share_phone(draft, members[first : first + operator.accounts_per_phone])
    if operator.accounts_per_coupon:
        codes = draft.new_codes(1 + (n - 1) // operator.accounts_per_coupon)
        of_member = codes[np.arange(n) // operator.accounts_per_coupon]
        draft.coupons.update(
            (who, f"PROMO{code}")
            for who, code in zip(members.tolist(), of_member.tolist(), strict=True)
        )
    if operator.links != "none":
        inviters = members[(np.arange(1, n) - 1) // 3]
        draft.links.append((inviters, members[1:], operator.links))


def _clear(ring: Ring) -> None:
    """Make members plain: no VPN or card of their own, all active."""
    draft, members, camouflage = ring.draft, ring.members, ring.plan.operator.camouflage
    draft.own_network[members] = draft.own_device[members] = camouflage
    draft.is_paying[members] = False
    draft.status[members] = STATUSES.index("active")
    draft.plan[members] = draft.rng.choice(
        [PLANS.index("free"), PLANS.index("pro"), PLANS.index("api")], len(members)
    )
    draft.pathway[members] = draft.rng.choice(
        [PATHWAYS.index("api"), PATHWAYS.index("web")], len(members), p=[0.8, 0.2]
    )
    draft.template_share[members] = 0.9 * (1 - camouflage)
    draft.is_sticky[members] = True
    if ring.draft.rng.random() < 0.4 and not camouflage:
        draft.toolkit[members] = int(draft.rng.integers(0, 300))


def _live(ring: Ring) -> None:
    """Set when members are born, act and are banned, and how much they do."""
    draft, operator, n = ring.draft, ring.plan.operator, len(ring.members)
    rng, span, members = draft.rng, draft.span, ring.members
    first = span.start + int(rng.uniform(0, ring.plan.idle) * span.seconds)
    last = span.end - int(rng.uniform(0, ring.plan.idle) * span.seconds)
    stretch = int((last - first) * 0.7)
    if operator.births == "bursts":
        bursts = rng.integers(0, stretch, 1 + n // 25)
        born = first + bursts[np.arange(n) % len(bursts)] + rng.integers(0, HOUR // 2, n)
    elif operator.births == "drip":
        born = first + rng.integers(0, stretch, n)
    else:
        born = draft.created[members]
    until = np.full(n, last)
    if operator.is_replaced:
        born, until = _succession(ring, first, last)
        banned = members[until < last]
        draft.status[banned] = STATUSES.index("banned")
    draft.created[members] = np.minimum(born, last - DAY)
    draft.until[members] = np.maximum(until, draft.first_acts()[members] + HOUR)
    hours = {
        "round_the_clock": CLOCK_ROUND, "synchronised": SYNCHRONISED, "human": HUMAN,
        "office": OFFICE,
    }
    draft.rhythm[members] = hours[operator.hours]
    counts = event_counts(rng, n, ring.plan.mean_events, sigma=0.4)
    draft.n_events[members] = np.maximum(counts, min(12, int(ring.plan.mean_events)))


def _succession(ring: Ring, first: int, last: int) -> tuple[Ints, Ints]:
    """Return births and bans: an heir is born within minutes of the ban before it."""
    rng, n = ring.draft.rng, len(ring.members)
    turn = np.arange(n, dtype=np.int64) // ring.n_seats
    turns = int(turn.max()) + 1
    cuts = np.sort(rng.integers(first, last - DAY, (ring.n_seats, turns)), axis=1)
    cuts[:, 0] = first + rng.integers(0, 3 * DAY, ring.n_seats)
    cuts = np.sort(cuts, axis=1)
    ends = np.concatenate([cuts[:, 1:], np.full((ring.n_seats, 1), last)], axis=1)
    born = cuts[ring.seat, turn] + rng.integers(60, 900, n)
    is_latest = np.arange(n) + ring.n_seats >= n
    return born, np.where(is_latest, last, ends[ring.seat, turn])


_MAIL: dict[str, Callable[[np.random.Generator, int], list[str]]] = {
    "disposable": mailboxes.disposable, "numbered": mailboxes.numbered,
    "aliases": mailboxes.aliases, "own_domains": mailboxes.own_domains,
    "unnumbered": mailboxes.unnumbered, "aged": mailboxes.aged,
}
