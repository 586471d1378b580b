"""Innocent groups: people who share things for good reasons, planted with their kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.simulate.addresses import (
    CAMPUS,
    FIXED,
    N_CAMPUSES,
    N_PROVIDERS,
    OFFICE,
    source,
    vpn_exit,
)
from linkage.simulate.clock import CLOCK_ROUND, DAY, HOUR
from linkage.simulate.clock import OFFICE as OFFICE_HOURS
from linkage.simulate.draft import PATHWAYS, PLANS, Draft, skewed
from linkage.simulate.hashing import Ints
from linkage.simulate.mailboxes import person_local
from linkage.simulate.values import PLANTED


@dataclass(frozen=True)
class InnocentKind:
    """One kind of innocent group."""

    kind: str
    share: float
    """Share of the ordinary accounts that live in such groups."""
    smallest: int
    largest: int
    plant: Callable[[Draft, Ints], None]
    least_people: int = 0
    """Ordinary accounts from which a world has such groups."""


def fixed_networks(draft: Draft, n: int) -> Ints:
    """Return sources nobody else has, spread over the shared-line space."""
    return source(FIXED, draft.new_codes(n) * 10_368_889 % (1 << 24))


def new_devices(draft: Draft, n: int) -> Ints:
    """Return device codes nobody else has."""
    return draft.new_codes(n) | PLANTED


def share_phone(draft: Draft, members: Ints) -> None:
    """Give members one telephone number."""
    number = int(draft.new_codes(1)[0]) | PLANTED
    draft.phones.update(dict.fromkeys(members.tolist(), number))


def live_together(draft: Draft, members: Ints) -> None:
    """Give members the first one's home, country and hours."""
    for column in (draft.home, draft.country, draft.offset):
        column[members] = column[members[0]]


def live_near(draft: Draft, members: Ints) -> None:
    """Give members the first one's country and hours; each keeps a home."""
    for column in (draft.country, draft.offset):
        column[members] = column[members[0]]


def created_within(draft: Draft, members: Ints, seconds: int) -> None:
    """Create members within a while of the first one."""
    latest = draft.span.end - DAY - seconds
    first = min(int(draft.created[members[0]]), latest)
    draft.created[members] = first + draft.rng.integers(0, seconds, len(members))


def mail_at(draft: Draft, members: Ints, domain: str, share: float) -> None:
    """Give members mailboxes at one domain."""
    chosen = members[draft.rng.random(len(members)) < share]
    draft.mailboxes.update(
        {account: f"{person_local(account)}@{domain}" for account in chosen.tolist()}
    )


def _family(draft: Draft, members: Ints) -> None:
    """A home; often a card and a tablet."""
    live_together(draft, members)
    if draft.rng.random() < 0.55:
        payers = members[draft.rng.random(len(members)) < 0.8]
        draft.cards.add(payers, int(draft.new_codes(1)[0]))
    if draft.rng.random() < 0.5:
        draft.devices.add(members, int(new_devices(draft, 1)[0]))
        draft.own_device[members] = 0.75
    if draft.rng.random() < 0.2:
        share_phone(draft, members[:2])
    if draft.rng.random() < 0.3:
        draft.links.append((members[:1].repeat(len(members) - 1), members[1:], "recovery_email"))


def _person(draft: Draft, members: Ints) -> None:
    """One person's accounts: a home, a device, often a card."""
    live_together(draft, members)
    draft.devices.add(members, int(new_devices(draft, 1)[0]))
    draft.own_device[members] = 0.3
    if draft.rng.random() < 0.4:
        draft.cards.add(members, int(draft.new_codes(1)[0]))


def _company(draft: Draft, members: Ints) -> None:
    """An office, a way of paying, an internal prompt; a domain or a verified name, not always."""
    rng, n = draft.rng, len(members)
    code = int(draft.new_codes(1)[0])
    draft.networks.add(members, source(OFFICE, code * 40_503 % (1 << 16)))
    draft.own_network[members] = 0.35
    draft.rhythm[members] = OFFICE_HOURS
    draft.plan[members] = PLANS.index("team")
    created_within(draft, members[: int(n * 0.7) + 1], HOUR)
    per_card = n if rng.random() < 0.65 else 20
    cards = draft.new_codes(1 + (n - 1) // per_card)
    draft.cards.add(members, cards[np.arange(n) // per_card])
    prompts = draft.new_codes(int(rng.integers(1, 4)))
    draft.templates.add(members, prompts[rng.integers(0, len(prompts), n)])
    draft.template_share[members] = 0.5
    draft.system_prompts.add(members, int(draft.new_codes(1)[0]))
    standing = rng.random()
    if standing < 0.6:
        draft.organizations.update(dict.fromkeys(members.tolist(), f"Company {code}"))
    if standing < 0.85:
        mail_at(draft, members, f"company{code}.com", 1.0)


def _university(draft: Draft, members: Ints) -> None:
    """A campus network, lab machines, assignments, mostly one domain."""
    rng, n = draft.rng, len(members)
    code = int(draft.new_codes(1)[0])
    draft.networks.add(members, source(CAMPUS, code * 1_117 % N_CAMPUSES))
    draft.own_network[members] = 0.5
    labs = new_devices(draft, max(2, n // 12))
    students = members[rng.random(n) < 0.5]
    draft.devices.add_several(students, labs[rng.integers(0, len(labs), (len(students), 2))])
    draft.own_device[students] = 0.85
    tasks = draft.new_codes(int(rng.integers(2, 7)))
    draft.templates.add_several(members, tasks[rng.integers(0, len(tasks), (n, 2))])
    draft.pathway[members] = PATHWAYS.index("education")
    mail_at(draft, members, f"university{code}.edu", 0.75)


def _classroom(draft: Draft, members: Ints) -> None:
    """One line, one hour of signing up, machines used by class after class."""
    rng, n = draft.rng, len(members)
    draft.networks.add(members, fixed_networks(draft, 1)[0])
    draft.own_network[members] = 0.3
    draft.rhythm[members] = OFFICE_HOURS
    created_within(draft, members, HOUR)
    labs = new_devices(draft, max(2, n // 3))
    draft.devices.add(members, labs[rng.integers(0, len(labs), n)])
    draft.own_device[members] = 0.4
    draft.templates.add(members, int(draft.new_codes(1)[0]))
    if rng.random() < 0.5:
        mail_at(draft, members, f"school{draft.new_codes(1)[0]}.org", 0.9)


def _reseller(draft: Draft, members: Ints) -> None:
    """One card pays for customers who have nothing else in common."""
    draft.cards.add(members, int(draft.new_codes(1)[0]))
    draft.pathway[members] = PATHWAYS.index("reseller")
    if draft.rng.random() < 0.4:
        staffed = members[draft.rng.random(len(members)) < 0.3]
        draft.networks.add(staffed, fixed_networks(draft, 1)[0])
        draft.own_network[staffed] = 0.95


def _vpn_crowd(draft: Draft, members: Ints) -> None:
    """Customers of one VPN who all choose from the same few exits."""
    exits = 60_000 + draft.new_codes(int(draft.rng.integers(3, 9))) % 5_000
    provider = int(draft.rng.integers(0, N_PROVIDERS))
    chosen = exits[draft.rng.integers(0, len(exits), (len(members), 3))]
    draft.networks.add_several(members, vpn_exit(provider, chosen))
    draft.own_network[members] = 0.2


def _conference(draft: Draft, members: Ints) -> None:
    """One wireless network, a coupon, a burst of signing up."""
    lines = fixed_networks(draft, int(draft.rng.integers(1, 4)))
    draft.networks.add(members, lines[draft.rng.integers(0, len(lines), len(members))])
    draft.own_network[members] = 0.75
    created_within(draft, members, 8 * HOUR)
    coupon = f"EVENT{draft.new_codes(1)[0]}"
    used = members[draft.rng.random(len(members)) < 0.85]
    draft.coupons.update(dict.fromkeys(used.tolist(), coupon))


def _viral(draft: Draft, members: Ints) -> None:
    """One prompt that went round."""
    draft.templates.add(members, int(draft.new_codes(1)[0]))


def _collision(draft: Draft, members: Ints) -> None:
    """One fingerprint of a common phone."""
    draft.devices.add(members, int(new_devices(draft, 1)[0]))
    draft.own_device[members] = 0.2


def _agency(draft: Draft, members: Ints) -> None:
    """A few people at a few machines in one office run the accounts of their clients."""
    rng, n = draft.rng, len(members)
    draft.networks.add(members, fixed_networks(draft, 1)[0])
    draft.own_network[members] = 0.3
    draft.rhythm[members] = OFFICE_HOURS
    machines = new_devices(draft, int(rng.integers(2, 6)))
    draft.devices.add(members, machines[rng.integers(0, len(machines), n)])
    draft.own_device[members] = 0.4
    draft.cards.add(members, int(draft.new_codes(1)[0]))
    draft.mailboxes.update({
        account: f"{person_local(account)}@client{code}.com"
        for account, code in zip(members.tolist(), draft.new_codes(n).tolist(), strict=True)
    })


def _hackathon(draft: Draft, members: Ints) -> None:
    """A weekend in one hall: a coupon, a starter prompt, teams that share a machine."""
    rng, n = draft.rng, len(members)
    draft.networks.add(members, fixed_networks(draft, 1)[0])
    draft.own_network[members] = 0.3
    draft.rhythm[members] = CLOCK_ROUND
    created_within(draft, members, 4 * HOUR)
    leaving = members[rng.random(n) < 0.6]
    draft.until[leaving] = np.minimum(draft.until[leaving], draft.created[leaving] + 3 * DAY)
    coupon = f"HACK{draft.new_codes(1)[0]}"
    used = members[rng.random(n) < 0.9]
    draft.coupons.update(dict.fromkeys(used.tolist(), coupon))
    draft.templates.add(members, int(draft.new_codes(1)[0]))
    draft.template_share[members] = 0.3
    teams = new_devices(draft, 1 + n // 4)
    together = members[rng.random(n) < 0.25]
    draft.devices.add(together, teams[rng.integers(0, len(teams), len(together))])
    draft.own_device[together] = 0.7


INNOCENT_KINDS: tuple[InnocentKind, ...] = (
    InnocentKind("family", 0.06, 2, 6, _family),
    InnocentKind("person", 0.015, 2, 4, _person),
    InnocentKind("company", 0.04, 5, 400, _company),
    InnocentKind("university", 0.03, 50, 3_000, _university),
    InnocentKind("classroom", 0.012, 20, 40, _classroom),
    InnocentKind("reseller", 0.012, 20, 400, _reseller),
    InnocentKind("vpn_crowd", 0.015, 100, 1_000, _vpn_crowd),
    InnocentKind("conference", 0.008, 50, 600, _conference),
    InnocentKind("viral", 0.015, 50, 2_000, _viral),
    InnocentKind("collision", 0.006, 20, 300, _collision),
    InnocentKind("agency", 0.006, 12, 80, _agency, least_people=10_000),
    InnocentKind("hackathon", 0.006, 30, 200, _hackathon, least_people=10_000),
)
"""Every kind of innocent group, with the share of ordinary accounts in it."""


def plant_innocents(
    draft: Draft, people: Ints, further: Sequence[InnocentKind] = ()
) -> None:
    """Plant groups of every kind among ``people``, who are in random order."""
    taken = 0
    for kind in (*INNOCENT_KINDS, *further):
        if len(people) < kind.least_people:
            continue
        budget = max(int(kind.share * len(people)), min(kind.smallest, len(people) // 25))
        largest = max(min(kind.largest, len(people) // 50, budget), 2)
        smallest = min(kind.smallest, largest)
        while budget >= smallest and budget > 1:
            size = min(_size(draft, smallest, largest), budget)
            members = people[taken : taken + size]
            draft.open_group(members, kind.kind)
            kind.plant(draft, members)
            taken, budget = taken + size, budget - size


def _size(draft: Draft, smallest: int, largest: int) -> int:
    """Draw a size between two bounds, small ones more often."""
    return int(smallest + skewed(draft.rng, largest - smallest + 1, 1, power=3)[0])
