"""Addresses as numbers, and what kind of network each belongs to."""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage.queries import query
from linkage.store import Store

RESERVED = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    "::/16", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
    "fc00::/7", "fe80::/9", "ff00::/8",
)
"""Networks nobody can be told apart by: private, loopback, link-local, documentation, ..."""

_KINDS_FIRST = ("tor", "vpn", "proxy", "datacenter", "cgnat")
"""Of two kinds given to one network, the one that says more."""

_BATCH = 500_000


@dataclass(frozen=True)
class Network:
    """One network: its version and its first and last number.

    Numbers are those of IPv4 addresses, and of IPv6 networks of 64 bits.
    """

    version: int
    first: int
    last: int
    kind: str


@dataclass(frozen=True)
class NetworkMap:
    """Disjoint intervals of one version, each with the kind of its longest prefix."""

    starts: NDArray[np.uint64]
    kinds: NDArray[np.object_]

    def kinds_of(self, numbers: NDArray[np.uint64]) -> NDArray[np.object_]:
        """Return the kind of each number; None outside every network."""
        found: NDArray[np.object_] = self.kinds[
            np.searchsorted(self.starts, numbers, side="right") - 1
        ]
        return found


def parse_network(cidr: str, kind: str) -> Network | None:
    """Return a network, or None where the text is not one.

    IPv6 networks longer than 64 bits count as the 64 bits they lie in.

    Examples
    --------
    >>> parse_network("198.51.100.7/24", "vpn")
    Network(version=4, first=3325256704, last=3325256959, kind='vpn')
    >>> parse_network("198.51.100/24", "vpn") is None
    True
    """
    text, _, length = cidr.strip().partition("/")
    version = 6 if ":" in text else 4
    bits = 64 if version == 6 else 32
    try:
        packed = socket.inet_pton(socket.AF_INET6 if version == 6 else socket.AF_INET, text)
        n_prefix = int(length) if length else 2 * bits if version == 6 else bits
    except (OSError, ValueError):
        return None
    if not 0 <= n_prefix <= (128 if version == 6 else 32):
        return None
    size = 1 << (bits - min(n_prefix, bits))
    first = int.from_bytes(packed[:8], "big") // size * size
    return Network(version, first, first + size - 1, kind.strip().lower())


def network_map(networks: Iterable[Network], version: int) -> NetworkMap:
    """Flatten nested networks into disjoint intervals; the longest prefix wins."""
    rank = {kind: place for place, kind in enumerate(_KINDS_FIRST)}
    ordered = sorted(
        (n for n in networks if n.version == version),
        key=lambda n: (n.first, -n.last, -rank.get(n.kind, len(rank)), n.kind),
    )
    starts: list[int] = [0]
    kinds: list[str | None] = [None]
    open_: list[Network] = []

    def close(before: int) -> None:
        """End the networks that lie wholly before a number."""
        while open_ and open_[-1].last < before:
            ended = open_.pop()
            starts.append(ended.last + 1)
            kinds.append(open_[-1].kind if open_ else None)

    for network in ordered:
        close(network.first)
        starts.append(network.first)
        kinds.append(network.kind)
        open_.append(network)
    close(1 << 64)
    # Several steps at one number: the last one holds.
    array = np.array([min(s, (1 << 64) - 1) for s in starts], dtype=np.uint64)
    last = np.append(array[1:] != array[:-1], True)
    return NetworkMap(array[last], np.array(kinds, dtype=object)[last])


def make_addresses(store: Store, networks: Iterable[Network]) -> int:
    """Make the table ``address`` of every spelling that occurs, and ``malformed_address``.

    Returns how many are malformed. Columns: ip_code; version 4 or 6, null where malformed; number
    (of an IPv4 address, or of an IPv6 network of 64 bits, signed); network_kind; is_reserved.
    """
    reserved = [n for n in (parse_network(cidr, "reserved") for cidr in RESERVED) if n]
    known = list(networks)
    maps = {v: (network_map(known, v), network_map(reserved, v)) for v in (4, 6)}
    for name in ("address_text", "address_v4", "address_other"):
        store.materialise(query("ingest", name))
    store.put("address", _rows(np.zeros(0, np.uint64), np.zeros(0, np.uint8),
                               np.zeros(0, np.uint64), maps))
    for batch in store.batches("select ip_code, number from address_v4", rows=_BATCH):
        codes = batch.column("ip_code").to_numpy()
        numbers = batch.column("number").to_numpy().astype(np.uint64)
        store.append("address", _rows(codes, np.full(len(codes), 4, np.uint8), numbers, maps))
    for batch in store.batches("select ip_code, ip from address_other", rows=_BATCH):
        versions, numbers = _parse(batch.column("ip").to_pylist())
        store.append("address", _rows(batch.column("ip_code").to_numpy(), versions, numbers, maps))
    store.drop("address_text", "address_v4", "address_other")
    return store.create("malformed_address", "select ip_code from address where version is null")


def _parse(texts: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
    """Return versions (0 where malformed) and numbers of spellings that are not plain IPv4."""
    versions = np.zeros(len(texts), np.uint8)
    numbers = np.zeros(len(texts), np.uint64)
    for place, text in enumerate(texts):
        try:
            packed = socket.inet_pton(socket.AF_INET6, text.strip().partition("%")[0])
        except (OSError, ValueError):
            four = _stripped_v4(text)
            if four is not None:
                versions[place], numbers[place] = 4, four
            continue
        if packed[:12] == b"\0\0\0\0\0\0\0\0\0\0\xff\xff":
            versions[place], numbers[place] = 4, int.from_bytes(packed[12:], "big")
        else:
            versions[place], numbers[place] = 6, int.from_bytes(packed[:8], "big")
    return versions, numbers


def _stripped_v4(text: str) -> int | None:
    """Return the number of an IPv4 address with blanks around it; None for anything else."""
    try:
        return int(ipaddress.IPv4Address(text.strip()))
    except ValueError:
        return None


def _rows(
    codes: NDArray[np.uint64],
    versions: NDArray[np.uint8],
    numbers: NDArray[np.uint64],
    maps: dict[int, tuple[NetworkMap, NetworkMap]],
) -> pa.Table:
    """Return rows of ``address``."""
    kinds = np.full(len(codes), None, dtype=object)
    reserved = np.zeros(len(codes), dtype=bool)
    for version, (known, unusable) in maps.items():
        of_version = versions == version
        kinds[of_version] = known.kinds_of(numbers[of_version])
        reserved[of_version] = unusable.kinds_of(numbers[of_version]) != None  # noqa: E711
    return pa.table({
        "ip_code": pa.array(codes, pa.uint64()),
        "version": pa.array(versions.astype(np.int32), mask=versions == 0),
        "number": pa.array(numbers.astype(np.int64)),
        "network_kind": pa.array(kinds, pa.string()),
        "is_reserved": pa.array(reserved),
    })
