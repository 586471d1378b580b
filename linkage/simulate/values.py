"""Text of codes: account ids, devices, user agents, fingerprints, cards, phones.

Every function turns a column of integers into an Arrow column of strings without a loop.
"""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkage.simulate.hashing import Ints, Words, below, mix, salted, unit

COLLIDING, PLACEHOLDER, PLANTED = 1 << 50, 1 << 51, 1 << 52
"""Marks of device codes: fingerprints that unrelated people share, placeholder values, and
devices of groups. Other codes are own devices: four a account."""

MUTATING = 1 << 42
"""Mark of templates that are paraphrased in every use."""

PLACEHOLDERS = ("unknown", "00000000-0000-0000-0000-000000000000", "default",
                "02:00:00:00:00:00")

_SYSTEMS = (
    "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
    "Linux; Android 14; Pixel 7", "Linux; Android 13; SM-A536B", "iPhone; CPU iPhone OS 17_4",
)
_SCRIPTS = ("python-httpx/0.{}", "python-requests/2.{}", "okhttp/4.{}", "node-fetch/1.{}",
            "Go-http-client/2.{}", "axios/1.{}")


def joined(parts: list[Any], separator: str = "") -> pa.Array:
    """Return the parts joined row by row."""
    return pc.binary_join_element_wise(*parts, separator)


@cache
def _octets() -> pa.Array:
    return pa.array([str(number) for number in range(256)])


@cache
def _hex16s() -> pa.Array:
    return pa.array([f"{number:04x}" for number in range(1 << 16)])


def octet(codes: Ints) -> pa.Array:
    """Return the lowest byte in decimal."""
    return _octets().take(pa.array((codes & 255).astype(np.int16)))


def hex16(codes: Words) -> pa.Array:
    """Return the lowest two bytes as four hexadecimal digits."""
    return _hex16s().take(pa.array((codes & np.uint64(0xFFFF)).astype(np.int32)))


def hex64(codes: Words, prefix: str = "") -> pa.Array:
    """Return codes as a prefix and 16 hexadecimal digits."""
    parts = [hex16(codes >> np.uint64(shift)) for shift in (48, 32, 16, 0)]
    return joined([pa.scalar(prefix), *parts]) if prefix else joined(parts)


def encoded(codes: NDArray[Any]) -> tuple[pa.Array, Ints]:
    """Return (place of each row's code among the distinct codes, the distinct codes)."""
    found = pc.dictionary_encode(pa.array(codes))
    return found.indices, found.dictionary.to_numpy(zero_copy_only=False)


def spread(places: pa.Array, texts: pa.Array) -> pa.DictionaryArray:
    """Return the column whose row ``i`` is ``texts[places[i]]``."""
    # pyarrow 26 writes uninitialised bytes after a dictionary that repeats a value.
    distinct = pc.dictionary_encode(texts)
    return pa.DictionaryArray.from_arrays(distinct.indices.take(places), distinct.dictionary)


def account_ids(account: Ints, seed: int) -> pa.Array:
    """Return opaque ids: their order says nothing of who an account belongs to."""
    return hex64(mix(account.astype(np.uint64) ^ mix(np.array([seed], dtype=np.uint64))), "acc_")


def device_text(codes: Ints, seed: int) -> pa.Array:
    """Return device ids; placeholders keep their well-known spelling."""
    texts = hex64(salted(51 + seed, codes), "dev_")
    is_placeholder = (codes & PLACEHOLDER) != 0
    if not is_placeholder.any():
        return texts
    known = pa.array(PLACEHOLDERS).take(pa.array((codes & 3).astype(np.int8)))
    return pc.if_else(pa.array(is_placeholder), known, texts)


@cache
def user_agents() -> pa.Array:
    """Return user agents, most popular first."""
    texts = []
    for version in range(124, 74, -1):
        for system in _SYSTEMS:
            texts.append(f"Mozilla/5.0 ({system}) AppleWebKit/537.36 Chrome/{version}.0.0.0")
            if version > 100:
                texts.append(f"Mozilla/5.0 ({system}; rv:{version}.0) Firefox/{version}.0")
        texts += [script.format(version - 75) for script in _SCRIPTS if version % 4 == 0]
    return pa.array(texts)


def agents_of(devices: Ints, toolkit: NDArray[Any]) -> Ints:
    """Return the user agent (a place in ``user_agents``) of each device.

    A toolkit of 0 or more is an operator's own software: one rare agent for all its devices.
    """
    n = len(user_agents())
    common = np.minimum((unit(52, devices) ** 3 * n).astype(np.int64), n - 1)
    return np.where(toolkit >= 0, n - 1 - toolkit % (n // 2), common)


def tls_text(agents: Ints) -> pa.Array:
    """Return TLS fingerprints: about one for every three user agents."""
    return joined([hex64(salted(53, agents // 3)), hex64(salted(54, agents // 3))])


def card_text(codes: Ints, seed: int) -> pa.Array:
    """Return payment instrument ids."""
    return hex64(salted(55 + seed, codes), "card_")


def bin_text(codes: Ints) -> pa.Array:
    """Return issuer numbers of six digits."""
    return pc.cast(pa.array(400_000 + below(159_999, 56, codes)), pa.string())


def phone_text(codes: Ints, seed: int) -> pa.Array:
    """Return telephone numbers in E.164."""
    return joined([
        pa.scalar("+1"),
        pc.cast(pa.array(2_000_000_000 + below(7_999_999_999, 57 + seed, codes)), pa.string()),
    ])
