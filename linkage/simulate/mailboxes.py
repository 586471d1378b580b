"""Mailboxes: of ordinary people, and in the manners operators make them."""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from linkage.simulate.hashing import Ints, below, drawn, unit
from linkage.simulate.values import joined
from linkage.simulate.words import (
    DISPOSABLE_MAIL,
    FIRST_NAMES,
    NOUNS,
    PUBLIC_MAIL,
    SURNAMES,
)

_OWN_SHARE = 0.07
_DISPOSABLE_SHARE = 0.006


@cache
def _column(words: tuple[str, ...]) -> pa.Array:
    return pa.array(words)


@cache
def _separators() -> pa.Array:
    return pa.array(["", ".", "_"])


def _numbers(codes: Ints) -> pa.Array:
    return pa.compute.cast(pa.array(codes), pa.string())


def ordinary_mailboxes(account: Ints) -> pa.Array:
    """Return one mailbox per account, no two alike.

    Most are first name and surname, some with two digits; every seventh is a first name
    and a long number.
    """
    n_first, n_last = len(FIRST_NAMES), len(SURNAMES)
    rest = account // n_first
    last, turn = (rest + account % n_first * 331) * 7_919 % n_last, rest // n_last
    first = _column(FIRST_NAMES).take(pa.array(account % n_first))
    is_short = unit(71, account) < 0.15
    has_digits = (unit(72, account) < 0.45) | (turn > 0)
    digits = pa.compute.if_else(
        pa.array(has_digits), _numbers(turn * 100 + below(100, 73, account)), ""
    )
    middle = pa.compute.if_else(pa.array(is_short), "", _separators().take(
        pa.array(below(3, 74, account))))
    name = pa.compute.if_else(pa.array(is_short), "", _column(SURNAMES).take(pa.array(last)))
    tail = pa.compute.if_else(pa.array(is_short), _numbers(rest + 100), digits)
    return joined([first, middle, name, tail, pa.scalar("@"), _domains(account)])


def _domains(account: Ints) -> pa.Array:
    """Return the mail domain of each account: public, disposable or a firm's own."""
    public = pa.array([domain for domain, _ in PUBLIC_MAIL]).take(
        pa.array(drawn(tuple(share for _, share in PUBLIC_MAIL), unit(75, account))))
    chance = unit(76, account)
    disposable = _column(DISPOSABLE_MAIL).take(pa.array(below(len(DISPOSABLE_MAIL), 77, account)))
    firm = below(max(1, int(account.max(initial=0)) // 3 + 1), 78, account)
    own = joined([_column(NOUNS).take(pa.array(firm % len(NOUNS))), _numbers(firm),
                  pa.scalar(".net")])
    found = pa.compute.if_else(pa.array(chance < _OWN_SHARE), own, public)
    return pa.compute.if_else(pa.array(chance > 1 - _DISPOSABLE_SHARE), disposable, found)


def person_local(code: int) -> str:
    """Return a person-like local part, the same for the same code."""
    first, rest = code % len(FIRST_NAMES), code // len(FIRST_NAMES)
    last, turn = rest * 7_919 % len(SURNAMES), rest // len(SURNAMES)
    return f"{FIRST_NAMES[first]}.{SURNAMES[last]}{turn or ''}"


def numbered(rng: np.random.Generator, n: int) -> list[str]:
    """``root0001@...``: one root for every 200 accounts."""
    roots = [f"{_surname(rng)}{_surname(rng)}" for _ in range(1 + n // 200)]
    domain = PUBLIC_MAIL[int(rng.integers(0, 4))][0]
    return [f"{roots[k // 200]}{k % 200 + 1:04d}@{domain}" for k in range(n)]


def aliases(rng: np.random.Generator, n: int) -> list[str]:
    """Dots and plus tags of one mailbox for every dozen accounts."""
    boxes = [f"{_surname(rng)}{_surname(rng)}" for _ in range(1 + n // 12)]
    found = []
    for k in range(n):
        box, turn = boxes[k // 12], k % 12
        dotted = box[: turn + 1] + "." + box[turn + 1 :] if turn < len(box) - 1 else box
        found.append(f"{dotted if turn % 2 else box}{'' if turn % 2 else f'+{turn}x'}@gmail.com")
    return found


def disposable(rng: np.random.Generator, n: int) -> list[str]:
    """Random names at two throw-away domains."""
    domains = rng.choice(len(DISPOSABLE_MAIL), 2, replace=False)
    names = rng.integers(16**9, 16**10, n)
    return [
        f"{name:x}@{DISPOSABLE_MAIL[int(domains[k % 2])]}" for k, name in enumerate(names.tolist())
    ]


def own_domains(rng: np.random.Generator, n: int) -> list[str]:
    """People-like names at one bought domain for every 50 accounts."""
    domains = [f"{_surname(rng)}-{_surname(rng)}.com" for _ in range(1 + n // 50)]
    picks = rng.integers(0, 10**6, n).tolist()
    return [f"{person_local(pick)}{k}@{domains[k // 50]}" for k, pick in enumerate(picks)]


def unnumbered(rng: np.random.Generator, n: int) -> list[str]:
    """Two surnames each at a public provider, with no number to compare."""
    domains = rng.integers(0, 4, n).tolist()
    return [f"{_surname(rng)}.{_surname(rng)}@{PUBLIC_MAIL[domain][0]}" for domain in domains]


def aged(rng: np.random.Generator, n: int) -> list[str]:
    """Nothing: members keep the mailbox an ordinary account would have."""
    return []


def _surname(rng: Any) -> str:
    return SURNAMES[int(rng.integers(0, len(SURNAMES)))]
