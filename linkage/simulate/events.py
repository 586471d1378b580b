"""Events: what the accounts of a world do, a chunk of accounts at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage.schema import INSTANT
from linkage.simulate.addresses import address_text, addresses
from linkage.simulate.clock import Acts, instants
from linkage.simulate.draft import Draft, Holdings
from linkage.simulate.hashing import Floats, Ints, below, salted, unit
from linkage.simulate.ordinary import n_collisions
from linkage.simulate.texts import chat_texts, system_prompt_texts, template_texts
from linkage.simulate.values import (
    COLLIDING,
    PLACEHOLDER,
    account_ids,
    agents_of,
    device_text,
    encoded,
    hex64,
    spread,
    tls_text,
    user_agents,
)

MODELS = ("small-1", "medium-1", "large-1", "large-2")

_CHUNK_EVENTS = 1_000_000
_TEXT_CHUNK_EVENTS = 250_000


def chunks(draft: Draft) -> Iterator[tuple[int, int]]:
    """Yield ranges of accounts that together act about a million times."""
    ends = np.cumsum(draft.n_events, dtype=np.int64)
    size = _TEXT_CHUNK_EVENTS if draft.prompts else _CHUNK_EVENTS
    first = 0
    while first < draft.n:
        before = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, before + size)), first + 1)
        yield first, min(last, draft.n)
        first = last


def events_of(draft: Draft, first: int, last: int) -> pa.Table:
    """Return the events of accounts ``first`` to ``last``, in order of time."""
    rng = np.random.default_rng([draft.seed, 2, first])
    account = np.repeat(np.arange(first, last, dtype=np.int64), draft.n_events[first:last])
    at, session = instants(rng, _acts(draft, account), seed=draft.seed)
    order = np.argsort(at, kind="stable")
    account, at, session = account[order], at[order], session[order]
    device = _devices(draft, rng, account, session)
    agent = agents_of(device, draft.toolkit[account])
    places, codes = encoded(agent)
    made = {
        "account_id": _account_column(draft, account),
        "occurred_at": pa.array(at * 1_000_000, INSTANT),
        "event_type": _words(("conversation", "login"), (rng.random(len(at)) < 0.1).astype(int)),
        "ip": _address_column(draft, rng, account, at, session),
        "device_id": _device_column(draft, device, account),
        "user_agent": spread(places, user_agents().take(pa.array(codes))),
        "tls_fingerprint": _tls_column(agent),
        "model": _words(MODELS, np.minimum(rng.geometric(0.5, len(at)) - 1, 3)),
        "input_tokens": pa.array(rng.geometric(1 / 900, len(at))),
        "output_tokens": pa.array(rng.geometric(1 / 500, len(at))),
    }
    if draft.prompts:
        made |= _text_columns(draft, rng, account, session)
    return pa.table(made)


def _acts(draft: Draft, account: Ints) -> Acts:
    """Return how the account of each event lives."""
    first = draft.first_acts()[account]
    return Acts(
        account=account, first=first, last=np.maximum(draft.until[account], first + 60),
        rhythm=draft.rhythm[account], offset=draft.offset[account], group=draft.group[account],
        n_sessions=(draft.n_events[account] // 4 + 1).astype(np.int64),
    )


def _held(holdings: Holdings, account: Ints, place: Floats) -> Ints:
    """Return the code each account holds at a place in [0, 1); -1 where it holds none."""
    first, last = holdings.first[account], holdings.first[account + 1]
    n = last - first
    found = np.full(len(account), -1, dtype=np.int64)
    rows = np.flatnonzero(n > 0)
    found[rows] = holdings.code[first[rows] + (place[rows] * n[rows]).astype(np.int64)]
    return found


def _devices(draft: Draft, rng: np.random.Generator, account: Ints, session: Ints) -> Ints:
    """Return the device of each event; a session stays on one."""
    chance = unit(91, account, session)
    number = (chance * chance * (1 + below(3, 92, account))).astype(np.int64)
    odd = unit(93, account)
    own = account * 4 + number
    common = below(n_collisions(draft.n), 94, account) | COLLIDING
    own = np.where((odd < 0.012) & (number == 0), common, own)
    own = np.where(odd > 0.996, below(4, 95, account) | PLACEHOLDER, own)
    planted = _held(draft.devices, account, unit(96, account, session))
    return np.where((planted < 0) | (rng.random(len(account)) < draft.own_device[account]), own,
                    planted)


def _address_column(
    draft: Draft, rng: np.random.Generator, account: Ints, at: Ints, session: Ints
) -> pa.DictionaryArray:
    """Return the address of each event; a session mostly stays on one network."""
    first = draft.first_acts()[account]
    life = np.maximum(draft.until[account] - first, 1)
    in_time = np.clip((at - first) / life, 0, 0.999_999)
    chance = unit(97, account, session)
    walks = draft.is_sticky[account] & (rng.random(len(account)) < 0.75)
    planted = _held(draft.networks, account, np.where(walks, in_time, chance))
    second = draft.second[account]
    is_second = (second >= 0) & (unit(98, account, session) < draft.second_share[account])
    own = np.where(is_second, second, draft.home[account])
    is_own = (planted < 0) | (unit(99, account, session) < draft.own_network[account])
    sources = np.where(is_own, own, planted)
    shown = addresses(sources, account, at, chance, start=draft.span.start)
    places, codes = encoded(shown)
    return spread(places, address_text(codes))


def _account_column(draft: Draft, account: Ints) -> pa.DictionaryArray:
    """Return account ids."""
    places, codes = encoded(account)
    return spread(places, account_ids(codes, draft.seed))


def _device_column(draft: Draft, device: Ints, account: Ints) -> pa.Array:
    """Return device ids; one ordinary account in eight acts through programs without one."""
    has_none = (unit(100, account) < 0.12) & (device < COLLIDING)
    places, codes = encoded(device)
    shown = pa.compute.if_else(pa.array(has_none), pa.scalar(None, places.type), places)
    return spread(shown, device_text(codes, draft.seed))


def _tls_column(agent: Ints) -> pa.DictionaryArray:
    """Return TLS fingerprints."""
    places, codes = encoded(agent // 3 * 3)
    return spread(places, tls_text(codes))


def _text_columns(
    draft: Draft, rng: np.random.Generator, account: Ints, session: Ints
) -> dict[str, Any]:
    """Return sessions, prompts and system prompts."""
    n = len(account)
    template = _held(draft.templates, account, rng.random(n))
    template[rng.random(n) >= draft.template_share[account]] = -1
    rows = np.flatnonzero(template >= 0)
    texts = pa.concat_arrays([
        chat_texts(rng, n), template_texts(rng, template[rows], account[rows])
    ])
    place = np.arange(n)
    place[rows] = n + np.arange(len(rows))
    sdk = np.where(rng.random(n) < 0.1, 1, -1)
    return {
        "session_id": hex64(salted(101 + draft.seed, account, session), "ses_"),
        "prompt": texts.take(pa.array(place)),
        "system_prompt": system_prompt_texts(draft, account, sdk),
    }


def _words(words: tuple[str, ...], places: NDArray[Any]) -> pa.DictionaryArray:
    """Return a column of few words."""
    return spread(pa.array(places.astype(np.int8)), pa.array(words))
