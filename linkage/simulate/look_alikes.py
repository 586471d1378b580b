"""Further innocent groups, for worlds of their own: each looks like some operator."""

import numpy as np

from linkage.simulate.addresses import N_HOSTERS, N_PROVIDERS, hosted, vpn_exit
from linkage.simulate.clock import CLOCK_ROUND, DAY, HOUR
from linkage.simulate.clock import OFFICE as OFFICE_HOURS
from linkage.simulate.draft import PLANS, Draft, skewed
from linkage.simulate.hashing import Ints
from linkage.simulate.innocents import (
    InnocentKind,
    created_within,
    fixed_networks,
    live_near,
    live_together,
    mail_at,
    new_devices,
)
from linkage.simulate.ordinary import n_exits


def _behind_vpn(draft: Draft, members: Ints, own: float) -> None:
    """Let members come through exits of one commercial VPN, as many strangers do."""
    provider = int(skewed(draft.rng, N_PROVIDERS, 1)[0])
    exits = vpn_exit(provider, np.arange(n_exits(draft.n), dtype=np.int64))
    chosen = exits[draft.rng.integers(0, len(exits), (len(members), 3))]
    draft.networks.add_several(members, chosen)
    draft.own_network[members] = own


def _vpn_family(draft: Draft, members: Ints) -> None:
    """A family whose router runs a commercial VPN: a card, often a tablet."""
    live_together(draft, members)
    _behind_vpn(draft, members, 0.0 if draft.rng.random() < 0.5 else 0.2)
    if draft.rng.random() < 0.7:
        draft.cards.add(members, int(draft.new_codes(1)[0]))
    if draft.rng.random() < 0.4:
        draft.devices.add(members, int(new_devices(draft, 1)[0]))
        draft.own_device[members] = 0.6
    if draft.rng.random() < 0.5:
        created_within(draft, members, 3 * DAY)


def _vpn_company(draft: Draft, members: Ints) -> None:
    """A small company at home behind a commercial VPN: a card or two, an internal prompt."""
    rng, n = draft.rng, len(members)
    live_near(draft, members)
    _behind_vpn(draft, members, 0.0 if rng.random() < 0.3 else 0.3)
    draft.rhythm[members] = OFFICE_HOURS
    draft.plan[members] = PLANS.index("team")
    created_within(draft, members[: int(n * 0.7) + 1], HOUR)
    cards = draft.new_codes(int(rng.integers(1, 3)))
    draft.cards.add(members, cards[np.arange(n) % len(cards)])
    draft.templates.add(members, int(draft.new_codes(1)[0]))
    draft.template_share[members] = 0.5
    if rng.random() < 0.5:
        mail_at(draft, members, f"firm{draft.new_codes(1)[0]}.io", 1.0)


def _startup(draft: Draft, members: Ints) -> None:
    """No verified name, public mail, long hours: cards of a few, test phones, prompts, and a
    line or a network of its own."""
    rng, n = draft.rng, len(members)
    live_near(draft, members)
    desks = fixed_networks(draft, 1) + np.arange(int(rng.choice([1, 30])))
    draft.networks.add_several(members, desks[rng.integers(0, len(desks), (n, 5))])
    draft.own_network[members] = 0.5
    created_within(draft, members[: n // 2 + 1], 2 * HOUR)
    cards = draft.new_codes(1 + (n - 1) // 6)
    draft.cards.add(members, cards[rng.integers(0, len(cards), n)])
    testers = members[rng.random(n) < 0.4]
    phones = new_devices(draft, max(2, n // 6))
    draft.devices.add(testers, phones[rng.integers(0, len(phones), len(testers))])
    draft.own_device[testers] = 0.8
    prompts = draft.new_codes(int(rng.integers(2, 6)))
    draft.templates.add_several(members, prompts[rng.integers(0, len(prompts), (n, 2))])
    draft.template_share[members] = 0.5


def _internet_cafe(draft: Draft, members: Ints) -> None:
    """One line and a row of machines that guests use in turn; they come over months."""
    rng, n = draft.rng, len(members)
    live_near(draft, members)
    draft.networks.add(members, fixed_networks(draft, 1)[0])
    draft.own_network[members] = 0.4
    machines = new_devices(draft, max(6, n // 6))
    draft.devices.add_several(members, machines[rng.integers(0, len(machines), (n, 3))])
    draft.own_device[members] = 0.4


HARDER_KINDS: tuple[InnocentKind, ...] = (
    InnocentKind("vpn_family", 0.03, 2, 6, _vpn_family),
    InnocentKind("vpn_company", 0.02, 5, 40, _vpn_company),
    InnocentKind("startup", 0.02, 5, 40, _startup),
    InnocentKind("internet_cafe", 0.01, 30, 120, _internet_cafe),
)
"""Look-alikes that the signs were weighed anew by."""


def _agent_users(draft: Draft, members: Ints) -> None:
    """Users of one open-source agent: its prompts, day and night, half from rented machines."""
    rng, n = draft.rng, len(members)
    prompts = draft.new_codes(int(rng.integers(3, 9)))
    draft.templates.add_several(members, prompts[rng.integers(0, len(prompts), (n, 3))])
    draft.template_share[members] = 0.8
    draft.system_prompts.add(members, int(draft.new_codes(1)[0]))
    draft.rhythm[members] = CLOCK_ROUND
    renting = members[rng.random(n) < 0.5]
    machines = 10_000 + rng.integers(0, 40_000, len(renting))
    draft.networks.add(renting, hosted(skewed(rng, N_HOSTERS, len(renting)), machines))
    draft.own_network[renting] = 0.2


def _bootcamp(draft: Draft, members: Ints) -> None:
    """A course of evenings and weekends: a code, exercises, a sponsor's card for some."""
    rng, n = draft.rng, len(members)
    live_near(draft, members)
    draft.networks.add(members, fixed_networks(draft, 1)[0])
    draft.own_network[members] = 0.6
    created_within(draft, members, 2 * HOUR)
    coupon = f"CAMP{draft.new_codes(1)[0]}"
    used = members[rng.random(n) < 0.8]
    draft.coupons.update(dict.fromkeys(used.tolist(), coupon))
    tasks = draft.new_codes(int(rng.integers(4, 12)))
    draft.templates.add_several(members, tasks[rng.integers(0, len(tasks), (n, 3))])
    draft.template_share[members] = 0.6
    draft.cards.add(members[rng.random(n) < 0.3], int(draft.new_codes(1)[0]))


def _flat_share(draft: Draft, members: Ints) -> None:
    """Students of one flat: a line, a console or a laptop that goes round, a card for two."""
    live_together(draft, members)
    if draft.rng.random() < 0.6:
        draft.devices.add(members, int(new_devices(draft, 1)[0]))
        draft.own_device[members] = 0.8
    pairs = members[: len(members) // 2 * 2].reshape(-1, 2)
    for pair in pairs[draft.rng.random(len(pairs)) < 0.4]:
        draft.cards.add(pair, int(draft.new_codes(1)[0]))


def _remote_team(draft: Draft, members: Ints) -> None:
    """Freelancers at home: cards of ten, one gateway, shared prompts, hired one by one."""
    rng, n = draft.rng, len(members)
    draft.networks.add(members, fixed_networks(draft, 1)[0])
    draft.own_network[members] = 0.6
    cards = draft.new_codes(1 + (n - 1) // 10)
    draft.cards.add(members, cards[np.arange(n) // 10])
    prompts = draft.new_codes(int(rng.integers(2, 8)))
    draft.templates.add_several(members, prompts[rng.integers(0, len(prompts), (n, 2))])
    draft.template_share[members] = 0.4


UNSEEN_KINDS: tuple[InnocentKind, ...] = (
    InnocentKind("agent_users", 0.02, 50, 600, _agent_users),
    InnocentKind("bootcamp", 0.015, 20, 60, _bootcamp),
    InnocentKind("flat_share", 0.02, 4, 9, _flat_share),
    InnocentKind("remote_team", 0.02, 10, 60, _remote_team),
)
"""Look-alikes that no sign was weighed by."""
