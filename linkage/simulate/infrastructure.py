"""What a ring runs on: the networks, machines, cards and templates its members share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from linkage.simulate.addresses import (
    LEASE,
    MOBILE,
    N_HOSTERS,
    N_PROVIDERS,
    hosted,
    kind_of,
    source,
    vpn_exit,
)
from linkage.simulate.draft import Draft, skewed
from linkage.simulate.hashing import Ints
from linkage.simulate.innocents import fixed_networks, new_devices
from linkage.simulate.operators import RingPlan
from linkage.simulate.ordinary import PUBLIC_TEMPLATE, n_collisions, n_exits, n_public
from linkage.simulate.values import COLLIDING, MUTATING

_Entry = TypeVar("_Entry", bound=np.generic)
_POOL_SIZES = (0.5, 1.0, 2.0, 4.0)
"""Homes in a proxy pool for each seat: the more, the fewer members meet in one."""


@dataclass
class Ring:
    """A ring while it is being planted."""

    draft: Draft
    plan: RingPlan
    members: Ints
    seat: Ints
    n_seats: int
    vendors: dict[str, tuple[Ints, Ints]] = field(default_factory=dict)
    """Vendor to the homes its proxies run in and the issuers of its cards."""

    def give(self, codes: NDArray[_Entry]) -> NDArray[_Entry]:
        """Return for each member the row of its seat."""
        return codes[self.seat]


def _proxies(ring: Ring) -> Ints:
    """Return homes of innocent customers through which the ring's proxy vendor connects."""
    draft, vendor = ring.draft, ring.plan.vendor
    homes = draft.home[draft.group == -1]
    homes = homes[kind_of(homes) == LEASE]
    per_seat = float(draft.rng.choice(_POOL_SIZES))
    wanted = min(max(5, int(ring.n_seats * per_seat)), len(homes))
    if not vendor:
        return np.asarray(draft.rng.choice(homes, wanted, replace=False))
    if vendor not in ring.vendors:
        pool = draft.rng.choice(homes, min(2 * wanted, len(homes)), replace=False)
        ring.vendors[vendor] = (pool, draft.new_codes(2))
    return ring.vendors[vendor][0]


def _machines(ring: Ring) -> Ints:
    """Return machines rented from two hosting companies."""
    draft = ring.draft
    wanted = max(3, ring.n_seats // 6)
    hosters = draft.rng.choice(N_HOSTERS, 2, replace=False)
    return hosted(hosters[np.arange(wanted) % 2], draft.new_codes(wanted) * 7 % (1 << 16))


def _pick(ring: Ring, pool: Ints, n: int) -> None:
    """Let each seat connect through ``n`` picks of a pool."""
    picks = ring.draft.rng.integers(0, len(pool), (ring.n_seats, min(n, len(pool))))
    ring.draft.networks.add_several(ring.members, ring.give(pool[picks]))


def _residential(ring: Ring) -> None:
    _pick(ring, _proxies(ring), 6)


def _datacenter(ring: Ring) -> None:
    _pick(ring, _machines(ring), 3)


def _mixed(ring: Ring) -> None:
    _residential(ring)
    _datacenter(ring)


def _vpn(ring: Ring) -> None:
    """Exits of one provider among those its ordinary customers use."""
    draft = ring.draft
    provider = int(skewed(draft.rng, N_PROVIDERS, 1)[0])
    _pick(ring, vpn_exit(provider, np.arange(n_exits(draft.n), dtype=np.int64)), 4)


def _own(ring: Ring) -> None:
    """A clean line each, whatever the account's ordinary home was."""
    lines = fixed_networks(ring.draft, len(ring.members))
    ring.draft.networks.add(ring.members, lines)


def _home(ring: Ring) -> None:
    ring.draft.home[ring.members] = ring.draft.home[ring.members[0]]
    ring.draft.own_network[ring.members] = 1.0
    ring.draft.second[ring.members] = -1


def _line(ring: Ring) -> None:
    ring.draft.networks.add(ring.members, fixed_networks(ring.draft, 1)[0])


def _carrier(ring: Ring) -> None:
    """One pool of a mobile carrier, among its ordinary customers."""
    pool = skewed(ring.draft.rng, max(2, ring.draft.n // 8_000), 1, power=1.5)
    ring.draft.networks.add(ring.members, source(MOBILE, pool)[0])


def _chained(ring: Ring, codes: Ints, step: int) -> Ints:
    """Return two codes per member, the second one that of the member ``step`` further on."""
    n = len(ring.members)
    place = np.arange(n, dtype=np.int64)
    return np.stack([codes[place], codes[(place + step) % n]], axis=1)


def _network_chain(ring: Ring) -> None:
    lines = fixed_networks(ring.draft, len(ring.members))
    ring.draft.networks.add_several(ring.members, _chained(ring, lines, 3))
    ring.draft.is_sticky[ring.members] = False


def _device_chain(ring: Ring) -> None:
    machines = new_devices(ring.draft, len(ring.members))
    ring.draft.devices.add_several(ring.members, _chained(ring, machines, 2))


def _card_chain(ring: Ring) -> None:
    cards = ring.draft.new_codes(len(ring.members))
    ring.draft.cards.add_several(ring.members, _chained(ring, cards, 1))


def _farm(ring: Ring) -> None:
    """Five seats a machine; three in ten seats also use another one."""
    machines = new_devices(ring.draft, max(2, ring.n_seats // 5))
    seats = np.arange(ring.n_seats, dtype=np.int64)
    first = seats % len(machines)
    other = ring.draft.rng.integers(0, len(machines), ring.n_seats)
    second = np.where(ring.draft.rng.random(ring.n_seats) < 0.3, other, first)
    held = np.stack([machines[first], machines[second]], axis=1)
    ring.draft.devices.add_several(ring.members, ring.give(held))


def _antidetect(ring: Ring) -> None:
    """The profiles of one anti-detect browser: at most 120 fingerprints."""
    prints = new_devices(ring.draft, min(120, max(2, ring.n_seats // 12)))
    picks = ring.draft.rng.integers(0, len(prints), (ring.n_seats, 2))
    ring.draft.devices.add_several(ring.members, ring.give(prints[picks]))


def _fresh(ring: Ring) -> None:
    ring.draft.devices.add(ring.members, ring.give(new_devices(ring.draft, ring.n_seats)))


def _colliding(ring: Ring) -> None:
    """Fingerprints that handfuls of innocents have."""
    prints = ring.draft.rng.integers(0, n_collisions(ring.draft.n), max(2, ring.n_seats // 8))
    picks = prints[ring.draft.rng.integers(0, len(prints), ring.n_seats)]
    ring.draft.devices.add(ring.members, ring.give(picks.astype(np.int64) | COLLIDING))


def _cards_by(ring: Ring, per_card: int, share: float = 1.0) -> None:
    """Let ``per_card`` seats share a card; every fourth seat of small hands holds two."""
    draft, rng = ring.draft, ring.draft.rng
    n_cards = 1 + (ring.n_seats - 1) // per_card
    cards = draft.new_codes(n_cards)
    if ring.plan.vendor:
        issuers = ring.vendors[ring.plan.vendor][1]
        draft.issuers.update(zip(cards.tolist(), issuers[rng.integers(0, 2, n_cards)].tolist(),
                                 strict=True))
    seats = np.arange(ring.n_seats, dtype=np.int64)
    paying = ring.give(rng.random(ring.n_seats) < share)
    draft.cards.add(ring.members[paying], ring.give(cards[seats // per_card])[paying])
    twice = ring.give((rng.random(ring.n_seats) < 0.25) & (per_card < 10))
    other = cards[(seats // per_card + 1) % n_cards]
    draft.cards.add(ring.members[twice], ring.give(other)[twice])


_TEMPLATES: dict[str, Callable[[Draft, int], Ints]] = {
    "partitioned": lambda draft, n: draft.new_codes(n),
    "mutating": lambda draft, n: draft.new_codes(n) | MUTATING,
    "public": lambda draft, n: np.asarray(draft.rng.choice(
        n_public(draft.n), min(n, n_public(draft.n)), replace=False) | PUBLIC_TEMPLATE),
}


def deal_templates(ring: Ring) -> None:
    """Deal each seat up to five of the ring's templates."""
    draft = ring.draft
    wanted = ring.plan.n_templates or int(np.clip(1.5 * np.sqrt(ring.n_seats), 3, 240))
    templates = _TEMPLATES[ring.plan.operator.templates](draft, wanted)
    picks = draft.rng.integers(0, len(templates), (ring.n_seats, min(5, len(templates))))
    draft.templates.add_several(ring.members, ring.give(templates[picks]))
    if draft.rng.random() < 0.5:
        draft.system_prompts.add(ring.members, int(draft.new_codes(1)[0]))


def _cards_fresh(ring: Ring) -> None:
    ring.draft.cards.add(ring.members, ring.draft.new_codes(len(ring.members)))


NETWORKS: dict[str, Callable[[Ring], None]] = {
    "residential": _residential, "datacenter": _datacenter, "mixed": _mixed, "vpn": _vpn,
    "own": _own, "home": _home, "line": _line, "carrier": _carrier, "chain": _network_chain,
}
DEVICES: dict[str, Callable[[Ring], None]] = {
    "farm": _farm, "antidetect": _antidetect, "fresh": _fresh, "colliding": _colliding,
    "chain": _device_chain,
}
CARDS: dict[str, Callable[[Ring], None]] = {
    "by_5": lambda ring: _cards_by(ring, 5),
    "by_60": lambda ring: _cards_by(ring, 60),
    "some_by_60": lambda ring: _cards_by(ring, 60, share=0.4),
    "fresh": _cards_fresh, "chain": _card_chain, "none": lambda ring: None,
}
