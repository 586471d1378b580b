"""What is measured of each ring before it is judged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from linkage.communities import Communities
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.queries import query
from linkage.rings.parts import (
    addresses_each,
    commonest_share,
    largest_part,
    lead_private_lives,
)
from linkage.signals import LINK_FAMILY
from linkage.store import Store

HELD_NATS = 1.0
"""A family holds a member when it adds at least this much."""

KNOWN_FAMILIES = (
    "network", "device", "payment", "contact", "prompt", "timing", "link", "kit",
)
"""Families whose meaning the signs know."""

OWN_KINDS = {
    "alias": ("email_root", "email_stem"), "phone": ("phone",), "domain": ("email_domain",),
}
"""Kinds of the family ``contact`` that are measured by themselves, by the name of the measure."""

CARRIERS = "cgnat"
"""Kind of network whose addresses a carrier deals to customers all over a country."""

PRIVATE = ("device", "network")
"""Families of which people mostly have something to themselves."""

LEAST_PRIVATE = 0.1
"""Share of all accounts that must have such a device and address before lacking them tells."""

LONG_WAIT = 6
"""Width of the quietest stretch of the day, in hours."""


@dataclass(frozen=True)
class Everybody:
    """What is known of all accounts, whatever rings there are."""

    private: Flags
    """(n_accounts,) has the account a device and an address to itself?"""
    born: Floats
    """(n_accounts,) when it was made, in microseconds since the epoch; not a number: unknown."""


def everybody(store: Store, incidence: Incidence) -> Everybody:
    """Return what rings are compared with."""
    things = store.arrow(query("rings", "account_thing").body)
    n_held = {name: np.zeros(incidence.n_accounts, dtype=np.int64) for name in PRIVATE}
    for name, n in n_held.items():
        n[things["account_ix"].to_numpy()] = things[name].to_numpy()
    born = store.arrow("select epoch_us(created_at) as born from account order by account_ix")
    return Everybody(
        lead_private_lives(incidence, n_held),
        born["born"].to_numpy(zero_copy_only=False).astype(float),
    )


def measure(
    store: Store, incidence: Incidence, found: Communities, part: Ints, shares: Flags,
    others: Everybody,
) -> pd.DataFrame:
    """Measure every ring.

    Parameters
    ----------
    store
        The stage tables; tables ``member`` and ``ring_hour`` are made in it.
    incidence
        Who holds what.
    found
        The rings.
    part
        (n_members,) from :func:`linkage.rings.parts.parts`, of these rings.
    shares
        (n_members, n_families) from :func:`linkage.rings.parts.sharing`, of these rings or of
        larger ones.
    others
        From :func:`everybody`.

    Returns
    -------
    pandas.DataFrame
        One row per ring number, in order. Shares are in [0, 1]; ``birth_gap`` and
        ``quiet_share`` compare with what the whole population would give (1 = the same).
    """
    store.put("member", pa.table({"ring": found.ring, "account_ix": found.account}))
    rings = store.arrow(query("rings", "ring_account").body).to_pandas().set_index("ring")
    n = rings["n_accounts"]
    for name in ("organization", "top_organization", "top_domain", "disposable", "banned"):
        rings[f"{name}_share"] = rings[f"n_{name}"] / n
    rings["datacenter_share"] = rings["n_datacenter_events"] / rings["n_events"].clip(lower=1)
    rings["n_core"] = np.bincount(found.ring[found.is_core], minlength=len(rings))
    rings["nats"] = _mean_by(found.ring, found.nats, len(rings))
    rings = rings.join(_coverage(incidence, found))
    for at, family in enumerate(incidence.families):
        rings[f"shared_{family}"] = _mean_by(
            found.ring, shares[:, at].astype(float), len(rings))
    rings = rings.join(_shapes(store, incidence, rings))
    rings["top_link"] = commonest_share(incidence, found, LINK_FAMILY, len(rings))
    rings["largest_part"] = largest_part(found, part, len(rings))
    rings["each_network"] = addresses_each(incidence, found, len(rings))
    rings["private_lives"] = _private_lives(others, found, len(rings))
    rings["birth_gap"] = _birth_gap(others, found, len(rings))
    measured: pd.DataFrame = rings.join(_hours(store, rings))
    return measured


def _mean_by(group: Ints, value: Floats, n: int) -> Floats:
    """Mean of a value within each group."""
    count = np.bincount(group, minlength=n)
    return np.bincount(group, weights=value, minlength=n) / np.maximum(count, 1)


def _coverage(incidence: Incidence, found: Communities) -> pd.DataFrame:
    """Share of each ring's members that each family holds, as ``held_<family>``."""
    n = int(found.ring.max(initial=-1)) + 1
    return pd.DataFrame({
        f"held_{family}": _mean_by(
            found.ring, (found.by_family[:, at] >= HELD_NATS).astype(float), n
        )
        for at, family in enumerate(incidence.families)
    })


def _shapes(store: Store, incidence: Incidence, rings: pd.DataFrame) -> pd.DataFrame:
    """How members share within each family: by one thing that all have, or by many in turn.

    ``top_<family>`` is the share of members that hold the family's most common identifier,
    ``own_<family>`` how far that identifier is the ring's own (members among its holders),
    ``n_<family>`` the identifiers of the family that two or more members share. Families
    that users bring are taken together as ``other``, and have an ``own_<family>`` each.
    ``top_place`` is the share of members that come from the ring's most common network of
    neighbouring addresses, those of carriers aside: whoever has that carrier comes from there.
    For each of ``OWN_KINDS``, ``n_<name>`` counts the identifiers of those kinds that are mostly
    the ring's, and ``<name>_share`` the members that hold one.
    """
    shared = store.arrow(query("rings", "ring_identifier").body).to_pandas()
    known = {one.kind: one for one in incidence.signals}
    code, kinds = pd.factorize(shared["kind"])
    of_code = [known[kind] for kind in kinds]
    size = rings["n_accounts"].reindex(shared["ring"]).to_numpy()
    shared["share"] = shared["n_in_ring"] / size
    shared["own"] = shared["n_in_ring"] / shared["n_total"]
    shared["named"] = np.array([one.family for one in of_code], dtype=object)[code]
    shared["family"] = np.array([_family(one.family) for one in of_code], dtype=object)[code]
    qualifier = np.array([one.is_qualifier for one in of_code], dtype=bool)[code]
    kept = shared[~qualifier & ~shared["is_public"]]
    top = _commonest(kept, "family")
    found = {"top": top["share"], "own": top["own"], "n": kept.groupby(["ring", "family"]).size()}
    of_brought = _commonest(kept[kept["family"] == "other"], "named")["own"]
    shapes = pd.concat(
        [column.unstack("family").add_prefix(f"{name}_") for name, column in found.items()],
        axis=1,
    )
    own = kept[kept["own"] >= 0.5]
    campus = shared[shared["network_kind"].isin(("university", "corporate"))]
    columns = [f"{name}_{one}" for name in found for one in (*KNOWN_FAMILIES, "other")]
    shapes = shapes.reindex(index=rings.index, columns=columns).join(
        of_brought.unstack("named").add_prefix("own_")).fillna(0.0)
    for name, of_name in OWN_KINDS.items():
        shares = own[own["kind"].isin(of_name)].groupby("ring")["share"]
        shapes[f"{name}_share"] = shares.sum().clip(upper=1.0)
        shapes[f"n_{name}"] = shares.size()
    place = shared[
        qualifier & (shared["family"] == "network") & (shared["network_kind"] != CARRIERS)]
    shapes["top_place"] = place.groupby("ring")["share"].max()
    shapes["campus_share"] = campus.groupby("ring")["share"].max()
    filled: pd.DataFrame = shapes.fillna(0.0)
    return filled


def _commonest(shared: pd.DataFrame, family: str) -> pd.DataFrame:
    """Return the identifier that most members of a ring hold, by ring and a column's family."""
    order = shared.sort_values(
        ["ring", family, "n_in_ring", "n_total"], ascending=[True, True, False, True])
    return order.drop_duplicates(["ring", family]).set_index(["ring", family])


def _family(name: str) -> str:
    """A family that linkage knows, or ``other``."""
    return name if name in KNOWN_FAMILIES else "other"


def _private_lives(others: Everybody, found: Communities, n_rings: int) -> Floats:
    """Share of members with a device and an address to themselves, against everybody's.

    Not a number where too few people have such things: not every service sees devices.
    """
    private = others.private.astype(float)
    usual = float(private.mean()) if len(private) else 0.0
    if usual < LEAST_PRIVATE:
        return np.full(n_rings, np.nan)
    return _mean_by(found.ring, private[found.account], n_rings) / usual


def _birth_gap(others: Everybody, found: Communities, n_rings: int) -> Floats:
    """Median gap between a ring's births, against as many births drawn from everyone.

    Time is measured in accounts born, so that busy days count for no more than quiet ones.
    Far below 1: born in bursts. Rings whose births are unknown get 1.
    """
    born = others.born
    known = np.sort(born[~np.isnan(born)])
    if not len(known):
        return np.ones(n_rings)
    rows = np.flatnonzero(~np.isnan(born[found.account]))
    ring = found.ring[rows]
    at = (np.searchsorted(known, born[found.account[rows]]) + 0.5) / len(known)
    order = np.lexsort((at, ring))
    ring, at = ring[order], at[order]
    same = ring[1:] == ring[:-1]
    gaps = pd.Series((at[1:] - at[:-1])[same]).groupby(ring[1:][same]).median()
    size = pd.Series(ring).value_counts()
    # Gaps of n uniform draws are nearly exponential with mean 1 / (n + 1).
    ratio = (gaps + 1.0 / len(known)) * (size.reindex(gaps.index) + 1) / np.log(2)
    filled: Floats = ratio.reindex(range(n_rings)).fillna(1.0).to_numpy(dtype=float)
    return filled


def _hours(store: Store, rings: pd.DataFrame) -> pd.DataFrame:
    """When a ring is awake, against the population.

    ``quiet_share`` is the share of events in the quietest six hours of the day, over the
    population's own share at its quietest; ``weekend_share`` the share of events on the
    quietest two days that follow each other.
    """
    store.materialise(query("rings", "ring_hour"))
    counted = store.arrow("select * from ring_hour order by ring, hour_of_week").to_pandas()
    week = np.zeros((len(rings), 168))
    week[counted["ring"], counted["hour_of_week"]] = counted["n_events"]
    total = np.maximum(week.sum(axis=1), 1)
    days = week.reshape(-1, 7, 24)
    by_hour = days.sum(axis=1)
    wrapped = np.concatenate([by_hour, by_hour[:, : LONG_WAIT - 1]], axis=1)
    running = np.cumsum(np.pad(wrapped, ((0, 0), (1, 0))), axis=1)
    quiet = (running[:, LONG_WAIT:] - running[:, :-LONG_WAIT]).min(axis=1) / total
    by_day = days.sum(axis=2)
    weekend = (by_day + np.roll(by_day, -1, axis=1)).min(axis=1) / total
    return pd.DataFrame({"quiet_share": quiet, "weekend_share": weekend}, index=rings.index)
