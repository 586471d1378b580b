"""Networks: which address a source shows at an instant.

A *source* is where an account connects from, as an integer: a kind in the high bits and a
number in the low ones. An *address* is an integer too: an IPv4 address as such, or an IPv6
network and host with ``V6`` set.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage.simulate.hashing import Floats, Ints, below, mix, salted, unit
from linkage.simulate.values import hex16, joined, octet

_BITS = 40
LEASE, FIXED, CGNAT, MOBILE, VPN, DATACENTER, CAMPUS, OFFICE = range(8)
"""Kinds of source: household behind an ISP lease, one address of a shared line, pool of a
carrier, pool of a mobile carrier, exit of a VPN provider, hosting address, university
network, office network."""

V6 = 1 << 60
_DAY = 86_400
_LEASE_DAYS = np.array([4000, 4000, 4000, 4000, 45, 45, 21, 21, 14, 14])
_CUSTOMERS = 64
_POOL = 8
_RESIDENTIAL = np.array([24, 47, 62, 67, 71, 73, 76, 78, 79, 81, 82, 84, 86, 88, 90, 92, 93, 98])

N_PROVIDERS = 8
"""VPN providers."""
N_CAMPUSES = 4_096
"""Universities' networks."""
CITY = 4
"""Exits that a VPN provider runs in one city."""
N_HOSTERS = 12
"""Hosting companies."""


def source(kind: int, number: NDArray[Any] | int) -> Ints:
    """Return the sources of one kind with these numbers."""
    return np.asarray(number, dtype=np.int64) | np.int64(kind << _BITS)


def kind_of(sources: Ints) -> Ints:
    """Return the kind of each source."""
    return sources >> _BITS


def addresses(sources: Ints, account: Ints, at: Ints, chance: Floats, *, start: int) -> Ints:
    """Return the address that each source shows.

    Parameters
    ----------
    sources, account, at, chance
        One row per event: source, account, epoch second and a fresh number in [0, 1).
    start
        First second of the world.
    """
    kinds, numbers = kind_of(sources), sources & ((1 << _BITS) - 1)
    found = np.zeros(len(sources), dtype=np.int64)
    for kind in range(8):
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            at_rows = _Rows(numbers[rows], account[rows], at[rows], chance[rows], start)
            found[rows] = _SHOWN[kind](at_rows)
    return found


@dataclass(frozen=True)
class _Rows:
    """Events of one kind of source."""

    number: Ints
    account: Ints
    at: Ints
    chance: Floats
    start: int


def _lease(rows: _Rows) -> Ints:
    """Households of 64 customers exchange addresses when their ISP renews leases.

    Three quarters of the ISPs rest an address for a whole lease before it is given again.
    """
    group, customer = rows.number // _CUSTOMERS, rows.number % _CUSTOMERS
    length = _LEASE_DAYS[below(len(_LEASE_DAYS), 11, group)] * _DAY
    period = (rows.at - rows.start + below(45 * _DAY, 12, group) % length) // length
    turn = salted(13, group, period)
    step = (turn & np.uint64(31)).astype(np.int64) * 2 + 1
    slot = (customer * step + (turn >> np.uint64(40)).astype(np.int64)) % _CUSTOMERS
    rested = np.where(unit(14, group) < 0.75, period % 2, 0)
    number = group * 2 * _CUSTOMERS + rested * _CUSTOMERS + slot
    block = below(1 << 62, 15, number >> 16) % len(_RESIDENTIAL)
    v4 = (_RESIDENTIAL[block] << 24) | (number & 0xFFFFFF)
    household = rows.number + np.where(unit(16, group) < 0.3, period << 34, 0)
    host = below(1 << 12, 17, rows.account, rows.at // _DAY)
    v6 = V6 | (below(1 << 40, 18, household) << 12) | host
    return np.where((unit(19, rows.number) < 0.18) & (rows.chance < 0.7), v6, v4)


def _pooled(first: int, salt: int, rows: _Rows) -> Ints:
    """A carrier moves a customer within its pool every few days."""
    size = 1 + below(_POOL, salt, rows.number)
    spot = below(1 << 30, salt + 1, rows.account, rows.at // (9 * _DAY)) % size
    place = rows.number * 3_011 % 8_192
    return (first << 24) | (place * _POOL + spot)


def _office(rows: _Rows) -> Ints:
    """A third of the offices show one address, the others a /24 of seats."""
    seat = np.where(unit(41, rows.number) < 0.34, 7, 2 + below(40, 42, rows.account))
    return (63 << 24) | (rows.number << 8) | seat


def _campus(rows: _Rows) -> Ints:
    """A campus is a /16: wireless users get another address each day."""
    host = below(3000, 43, rows.account, rows.at // _DAY)
    return (np.int64(128 << 24) + (rows.number << 16)) | host


def _exit(rows: _Rows) -> Ints:
    """A VPN customer is moved between the exits of a city; those above 60,000 stay."""
    city = (rows.number // CITY) * CITY + below(CITY, 44, rows.account, rows.at // (3 * _DAY))
    is_moved = ((rows.number & 0xFFFF) < 60_000) & (rows.chance < 0.5)
    return (185 << 24) | np.where(is_moved, city, rows.number)


_SHOWN = {
    LEASE: _lease,
    FIXED: lambda rows: (64 << 24) | rows.number,
    CGNAT: lambda rows: _pooled(102, 21, rows),
    MOBILE: lambda rows: _pooled(107, 31, rows),
    VPN: _exit,
    DATACENTER: lambda rows: (45 << 24) | rows.number,
    CAMPUS: _campus,
    OFFICE: _office,
}


def vpn_exit(provider: NDArray[Any] | int, exit_number: NDArray[Any]) -> Ints:
    """Return exits of VPN providers; each provider has a /16."""
    return source(VPN, (np.asarray(provider, dtype=np.int64) << 16) | exit_number)


def hosted(hoster: NDArray[Any] | int, machine: NDArray[Any]) -> Ints:
    """Return machines of hosting companies; each company has a /16."""
    return source(DATACENTER, (np.asarray(hoster, dtype=np.int64) << 16) | machine)


def address_text(codes: Ints) -> pa.Array:
    """Return addresses as text."""
    is_v6 = (codes & V6) != 0
    v4 = joined(
        [octet(codes >> 24), octet(codes >> 16), octet(codes >> 8), octet(codes)], "."
    )
    if not is_v6.any():
        return v4
    network = ((codes & (V6 - 1)) >> 12).astype(np.uint64)
    host = mix(codes)
    parts = [hex16(network >> np.uint64(32) | np.uint64(0x2A00)), hex16(network >> np.uint64(16)),
             hex16(network)]
    parts += [hex16(host >> np.uint64(shift)) for shift in (48, 32, 16, 0)]
    v6 = joined([*parts[:1], hex16(mix(network >> np.uint64(24))), *parts[1:]], ":")
    return pa.compute.if_else(pa.array(is_v6), v6, v4)


def listed_networks() -> pa.Table:
    """Return what an operator of this service would know of networks: most, not all."""
    rows = [(f"185.{p}.0.0/16", "vpn", f"AS{60_000 + p}", f"VPN provider {p}") for p in range(6)]
    rows += [(f"185.{6}.0.0/16", "datacenter", "AS60006", "Transit Ltd")]
    rows += [(f"45.{d}.0.0/16", "datacenter", f"AS{20_000 + d}", f"Hosting {d}") for d in range(10)]
    rows += [(f"102.0.{16 * c}.0/20", "cgnat", "AS36900", "Carrier") for c in range(10)]
    rows += [("107.0.0.0/17", "cgnat", "AS21928", "Mobile carrier")]
    rows += [
        (f"{128 + u // 256}.{u % 256}.0.0/16", "university", f"AS{1_000 + u}", f"Campus {u}")
        for u in range(N_CAMPUSES) if u % 10 < 7
    ]
    rows += [(f"63.0.{k}.0/24", "corporate", f"AS{7_000 + k}", f"Office {k}")
             for k in range(0, 256, 20)]
    return pa.table(dict(zip(("cidr", "kind", "asn", "name"), zip(*rows, strict=True),
                             strict=True)))
