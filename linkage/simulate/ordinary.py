"""Ordinary accounts: everyone, before groups are planted among them."""

import numpy as np
from numpy.typing import NDArray

from linkage.simulate.addresses import (
    CGNAT,
    CITY,
    LEASE,
    MOBILE,
    N_HOSTERS,
    N_PROVIDERS,
    hosted,
    source,
    vpn_exit,
)
from linkage.simulate.clock import Span, births
from linkage.simulate.draft import Draft, event_counts, rhythm_of, skewed
from linkage.simulate.hashing import Ints
from linkage.simulate.words import COUNTRIES, COUNTRY_SHARES, UTC_OFFSETS

PUBLIC_TEMPLATE = 1 << 41
"""Mark of templates copied from public guides and SDK examples."""

_PLAN_SHARES = (0.68, 0.18, 0.06, 0.02, 0.06)
_PATHWAY_SHARES = (0.72, 0.2, 0.05, 0.01, 0.02)
_STATUS_SHARES = (0.985, 0.005, 0.01)


def n_exits(n: int) -> int:
    """Return how many exits each VPN provider runs for a world of ``n`` accounts."""
    return max(1, n // 48_000) * CITY


def n_collisions(n: int) -> int:
    """Return how many fingerprints are common to handfuls of unrelated accounts."""
    return max(2, n // 500)


def n_public(n: int) -> int:
    """Return how many public templates people copy in a world of ``n`` accounts."""
    return max(30, n // 300)


def draft_ordinary(
    n: int, *, seed: int, span: Span, prompts: bool, mean_events: float
) -> Draft:
    """Return a world of ``n`` ordinary accounts without any group."""
    rng = np.random.default_rng([seed, 1])
    created = births(rng, n, span)
    life = (span.end - np.maximum(created, span.start)) / span.seconds
    n_events = event_counts(rng, n, mean_events) * life
    country = rng.choice(len(COUNTRIES), n, p=np.array(COUNTRY_SHARES) / sum(COUNTRY_SHARES))
    home, second = _homes(rng, n), _second_networks(rng, n)
    plan = rng.choice(5, n, p=_PLAN_SHARES)
    draft = Draft(
        n=n, seed=seed, span=span, rng=rng, prompts=prompts, created=created,
        until=np.full(n, span.end, dtype=np.int64),
        n_events=np.ceil(n_events).astype(np.int32),
        country=country.astype(np.int8), offset=np.array(UTC_OFFSETS, dtype=np.int8)[country],
        home=home, second=second,
        second_share=rng.uniform(0.05, 0.6, n).astype(np.float32),
        is_paying=(plan > 0) & (rng.random(n) < 0.94),
        plan=plan.astype(np.int8),
        pathway=rng.choice(5, n, p=_PATHWAY_SHARES).astype(np.int8),
        status=rng.choice(3, n, p=_STATUS_SHARES).astype(np.int8),
        rhythm=rhythm_of(n), group=np.full(n, -1, dtype=np.int32),
        own_network=np.ones(n, dtype=np.float32), own_device=np.ones(n, dtype=np.float32),
        toolkit=np.full(n, -1, dtype=np.int16), is_sticky=np.zeros(n, dtype=np.bool_),
        template_share=np.full(n, 0.3, dtype=np.float32),
    )
    return draft


def _homes(rng: np.random.Generator, n: int) -> Ints:
    """Most have a household of their own behind an ISP; a quarter sit behind a carrier's NAT."""
    n_pools = max(1, n // 6_000)
    households = source(LEASE, np.arange(n, dtype=np.int64))
    pools = source(CGNAT, skewed(rng, n_pools, n, power=1.5))
    return np.where(rng.random(n) < 0.25, pools, households)


def _second_networks(rng: np.random.Generator, n: int) -> Ints:
    """Two in five are also mobile, one in twenty rents machines, one uses a VPN."""
    chance = rng.random(n)
    mobile = source(MOBILE, skewed(rng, max(2, n // 8_000), n, power=1.5))
    provider = skewed(rng, N_PROVIDERS, n, power=1.6)
    exits = vpn_exit(provider, skewed(rng, n_exits(n), n, power=1.6))
    second = np.where(chance < 0.4, mobile, -1)
    second = np.where((chance > 0.9) & (chance <= 0.95), _servers(rng, n), second)
    return np.where(chance > 0.95, exits, second)


def _servers(rng: np.random.Generator, n: int) -> Ints:
    """Programs run on a rented machine each, or behind the shared exits of a cloud."""
    own = 10_000 + rng.integers(0, 40_000, n)
    shared = 60_000 + skewed(rng, max(3, n // 20_000), n)
    machine = np.where(rng.random(n) < 0.7, own, shared)
    return hosted(skewed(rng, N_HOSTERS, n), machine)


def add_habits(draft: Draft) -> None:
    """Let people copy prompts from public places and invite each other.

    Comes after groups are planted: members who lead no ordinary life do neither.
    """
    people = draft.own_network > 0
    _public_templates(draft, np.flatnonzero(people & (draft.rng.random(draft.n) < 0.3)))
    _referrals(draft, np.flatnonzero(people & (draft.rng.random(draft.n) < 0.02)))


def _public_templates(draft: Draft, users: Ints) -> None:
    """Deal public templates, a few of them very popular."""
    library = n_public(draft.n)
    ranks = draft.rng.zipf(1.35, (len(users), 3))
    drawn = np.where(ranks > library, draft.rng.integers(0, library, ranks.shape), ranks - 1)
    held: NDArray[np.bool_] = draft.rng.random(drawn.shape) < 0.6
    held[:, 0] = True
    draft.templates.add(np.repeat(users, 3)[held.reshape(-1)], (drawn | PUBLIC_TEMPLATE)[held])


def _referrals(draft: Draft, invited: Ints) -> None:
    """Draw who invited whom: some people invite many."""
    inviters = draft.rng.permutation(draft.n)[skewed(draft.rng, draft.n, len(invited), power=3)]
    draft.links.append((inviters, invited, "referral"))
