"""Small worlds of holdings, written as who holds what, and the whole core run on them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from hypothesis import strategies as st

from linkage.communities import Communities, find_communities, leiden_backend
from linkage.evidence import (
    Incidence,
    Weights,
    agreements,
    best_by_family,
    estimate_weights,
    preview_pairs,
    strong_pairs,
)
from linkage.evidence.families import FamilyAgreements
from linkage.signals import signal
from linkage.store import Store

DAY = 86_400


@dataclass(frozen=True)
class Held:
    """One identifier and its holders."""

    kind: str
    accounts: tuple[int, ...]
    seen: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Account to its first and last sighting, in seconds; unknown where absent."""
    is_public: bool = False


def held(kind: str, *accounts: int, **options: Any) -> Held:
    """Return an identifier and its holders."""
    return Held(kind, tuple(sorted({int(one) for one in accounts})), **options)


def incidence_of(n_accounts: int, identifiers: Sequence[Held]) -> Incidence:
    """Return who holds what as the matrix that the core works on."""
    kinds = sorted({one.kind for one in identifiers})
    signals = tuple(signal(kind) for kind in kinds)
    cells = sorted(
        (account, at, *one.seen.get(account, (-1, -1)))
        for at, one in enumerate(identifiers) for account in one.accounts
    )
    columns = np.array(cells, dtype=np.int64).reshape(-1, 4)
    starts = np.r_[0, np.cumsum(np.bincount(columns[:, 0], minlength=n_accounts))]
    return Incidence(
        held=sp.csr_matrix(
            (np.ones(len(cells), dtype=np.int32), columns[:, 1], starts),
            shape=(n_accounts, len(identifiers)),
        ),
        signals=signals,
        kind=np.array([kinds.index(one.kind) for one in identifiers], dtype=np.int64),
        creates=np.array(
            [not one.is_public and not signal(one.kind).is_qualifier for one in identifiers],
            dtype=bool,
        ),
        first_seen=columns[:, 2],
        last_seen=columns[:, 3],
        centre=np.full(len(identifiers), -1, dtype=np.int64),
    )


def family_agreements(incidence: Incidence) -> FamilyAgreements:
    """Return what every candidate pair agrees in."""
    return best_by_family(
        incidence, agreements(incidence, preview_pairs(incidence, max_pairs=10**7)))


def pair_bits(incidence: Incidence, weights: Weights) -> dict[tuple[int, int], float]:
    """Return the bits of every pair strong enough to be kept."""
    best = family_agreements(incidence)
    pair, bits = strong_pairs(best, weights)
    n = incidence.n_accounts
    return {(int(p) // n, int(p) % n): float(b) for p, b in zip(pair, bits, strict=True)}


def detect(incidence: Incidence, *, leiden: str = "igraph") -> tuple[Weights, Communities]:
    """Run evidence and communities as a run does."""
    best = family_agreements(incidence)
    weights = estimate_weights(incidence, best)
    pair, bits = strong_pairs(best, weights)
    return weights, find_communities(
        incidence, weights, pair, bits, leiden_backend(leiden, seed=0))


def rings_of(found: Communities) -> set[frozenset[int]]:
    """Return the rings as sets of accounts."""
    return {
        frozenset(found.account[found.ring == ring].tolist()) for ring in np.unique(found.ring)
    }


def operator(accounts: Sequence[int], *, devices: int = 3, cards: int = 4) -> list[Held]:
    """Deal devices and cards over the accounts of one operator."""
    return [
        *(held("device", *accounts[at::devices]) for at in range(devices)),
        *(held("card", *accounts[at::cards]) for at in range(cards)),
    ]


def strangers(accounts: Sequence[int], *, seed: int = 0) -> list[Held]:
    """Give strangers a few accidental addresses and devices in common."""
    rng = np.random.default_rng(seed)
    return [
        held(kind, *rng.choice(accounts, 2, replace=False).tolist())
        for kind in ("ip", "device", "card") for _ in range(len(accounts) // 20)
    ]


def clear_world() -> tuple[int, list[Held], set[frozenset[int]]]:
    """Return 400 accounts, what they hold, and the three operators among them."""
    rings = [range(0, 24), range(24, 60), range(60, 72)]
    identifiers = [one for ring in rings for one in operator(list(ring))]
    for ring in rings:
        identifiers += [held("ip", *list(ring)[at::5]) for at in range(5)]
    identifiers += strangers(range(72, 400))
    return 400, identifiers, {frozenset(ring) for ring in rings}


@st.composite
def worlds(
    draw: st.DrawFn, *, kinds: Sequence[str] = ("ip", "ip6_64", "device", "card", "bin", "tls"),
    most_accounts: int = 9, most_identifiers: int = 10, timed: bool = True,
) -> tuple[int, list[Held]]:
    """Draw a few accounts and what they hold."""
    n = draw(st.integers(2, most_accounts))
    identifiers = []
    for _ in range(draw(st.integers(0, most_identifiers))):
        accounts = draw(st.sets(st.integers(0, n - 1), min_size=2))
        spans = {
            account: tuple(sorted(draw(st.tuples(_instants, _instants))))
            for account in sorted(accounts) if timed and draw(st.booleans())
        }
        identifiers.append(
            held(draw(st.sampled_from(kinds)), *accounts, seen=spans, is_public=draw(st.booleans()))
        )
    return n, identifiers


_instants = st.integers(0, 200 * DAY)


def put_stages(
    store: Store, n_accounts: int, identifiers: Sequence[Held], *,
    links: Iterable[tuple[int, int, str]] = (), decisions: Sequence[Mapping[str, Any]] = (),
    hub_categories: Mapping[int, str] | None = None, network_kinds: Mapping[int, str] | None = None,
    placeholders: Iterable[int] = (), accounts: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Leave the stage tables of ingest in a store."""
    instant = pa.timestamp("us")
    columns: dict[str, Any] = {
        "account_ix": pa.array(range(n_accounts), pa.int32()),
        "account_id": [f"a{ix:04d}" for ix in range(n_accounts)],
        "created_at": pa.nulls(n_accounts, instant),
        "email_domain": pa.nulls(n_accounts, pa.string()),
        "domain_class": ["none"] * n_accounts, "plan": pa.nulls(n_accounts, pa.string()),
        "status": pa.nulls(n_accounts, pa.string()), "country": pa.nulls(n_accounts, pa.string()),
        "organization": pa.nulls(n_accounts, pa.string()),
        "pathway": pa.nulls(n_accounts, pa.string()), "is_test": [False] * n_accounts,
        "n_events": pa.array([0] * n_accounts, pa.int64()),
        "first_event_at": pa.nulls(n_accounts, instant),
        "last_event_at": pa.nulls(n_accounts, instant),
        "n_datacenter_events": pa.array([0] * n_accounts, pa.int64()),
    }
    store.put("account", pa.table(columns | dict(accounts or {})))
    n = len(identifiers)
    store.put("identifier", pa.table({
        "identifier_ix": pa.array(range(n), pa.int32()),
        "kind": pa.array([one.kind for one in identifiers], pa.string()),
        "identifier_id": pa.array([f"{at:032x}" for at in range(n)], pa.string()),
        "label": pa.array([f"label {at}" for at in range(n)], pa.string()),
        "n_accounts": pa.array([len(one.accounts) for one in identifiers], pa.int32()),
        "network_kind": pa.array(
            [(network_kinds or {}).get(at) for at in range(n)], pa.string()),
        "hub_category": pa.array([
            (hub_categories or {}).get(at, "public" if one.is_public else None)
            for at, one in enumerate(identifiers)
        ], pa.string()),
        "is_placeholder": pa.array([at in set(placeholders) for at in range(n)], pa.bool_()),
    }))
    cells = [
        (account, at, *one.seen.get(account, (None, None)))
        for at, one in enumerate(identifiers) for account in one.accounts
    ]
    store.put("holding", pa.table({
        "account_ix": pa.array([row[0] for row in cells], pa.int32()),
        "identifier_ix": pa.array([row[1] for row in cells], pa.int32()),
        "first_seen_at": _instants_of([row[2] for row in cells]),
        "last_seen_at": _instants_of([row[3] for row in cells]),
        "n_events": pa.array([1] * len(cells), pa.int64()),
    }))
    kinds = Counter((account, one.kind) for one in identifiers for account in one.accounts)
    store.put("account_kind", pa.table({
        "account_ix": pa.array([account for account, _ in kinds], pa.int32()),
        "kind": pa.array([kind for _, kind in kinds], pa.string()),
        "n_identifiers": pa.array(list(kinds.values()), pa.int32()),
    }))
    rows = sorted(set(links))
    store.put("link", pa.table({
        "account_ix_l": pa.array([row[0] for row in rows], pa.int32()),
        "account_ix_r": pa.array([row[1] for row in rows], pa.int32()),
        "kind": pa.array([row[2] for row in rows], pa.string()),
        "n_events": pa.array([1] * len(rows), pa.int64()),
        "first_seen_at": pa.nulls(len(rows), instant), "last_seen_at": pa.nulls(len(rows), instant),
    }))
    store.put("activity", pa.table({
        "account_ix": pa.array([], pa.int32()), "hour": pa.array([], pa.int32()),
        "model_code": pa.array([], pa.uint64()), "is_conversation": pa.array([], pa.bool_()),
        "n_events": pa.array([], pa.int64()),
    }))
    store.put("model", pa.table({
        "model_code": pa.array([], pa.uint64()), "model": pa.array([], pa.string()),
        "first_day": pa.array([], pa.int32()),
    }))
    store.put("decision", pa.Table.from_pylist(list(decisions), schema=pa.schema([
        ("account_ix", pa.int32()), ("ring_id", pa.string()), ("decision", pa.string()),
        ("decided_at", instant), ("decided_by", pa.string()), ("note", pa.string()),
    ])))
    store.put("reported_group", pa.table({
        "group_id": pa.array([], pa.string()), "account_ix": pa.array([], pa.int32()),
    }))


def _instants_of(seconds: Sequence[int | None]) -> pa.Array:
    """Return seconds since the epoch as instants."""
    micros = [None if one is None else one * 1_000_000 for one in seconds]
    return pa.array(micros, pa.int64()).cast(pa.timestamp("us"))
