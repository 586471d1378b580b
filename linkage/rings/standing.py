"""Rings that only places, or only texts and codes, join: which of their parts would stand alone."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from linkage.communities import Communities
from linkage.evidence.incidence import Flags, Incidence, Ints
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.features import everybody, measure
from linkage.rings.judge import SMALLEST_ENFORCED, judge
from linkage.rings.parts import all_ties, kept_parts, parts, sharing
from linkage.rings.places import only_places_join
from linkage.signals import KEPT
from linkage.store import Store

GROUPED = 0.25
"""Share of a ring that must be in groups of its own before the ring is judged by them."""


@dataclass(frozen=True)
class Measured:
    """Measures of all rings, and whom they may be held against."""

    rings: pd.DataFrame
    """As :func:`linkage.rings.features.measure` returns, with ``standing_share``: the share
    of the members whose part stands alone, 1 where more than places joins the ring; and
    ``parts_nats``: the log odds of the part that a median member is in, not a number where
    more than places joins the ring or most parts may be families; and ``joined_by_text``:
    does it fall into groups that only texts and codes join?"""
    stands: Flags
    """(n_members,) is the member in a part that would be enforced were it the whole ring?"""


def measure_with_parts(
    store: Store, incidence: Incidence, found: Communities, calibration: Calibration = BUILT_IN
) -> Measured:
    """Measure rings, and those that only places join part by part.

    That an address is common to two groups says nothing of either, so such a ring is judged
    by what each of its parts shows by itself: families behind one VPN exit stay families.
    """
    ties = all_ties(incidence, found)
    part, by_kept = parts(incidence, found, ties), kept_parts(incidence, found, ties)
    shares = sharing(incidence, found, ties)
    others = everybody(store, incidence)
    rings = measure(store, incidence, found, part, shares, others)
    by_place = only_places_join(rings).to_numpy(dtype=bool)
    by_text = ~by_place & of_groups(incidence, found, by_kept, shares, len(rings))
    rings["joined_by_text"] = by_text.astype(float)
    by_place |= by_text
    part = np.where(by_text[found.ring], by_kept, part)
    size = np.bincount(part, minlength=1)[part] if len(part) else part
    asked = np.flatnonzero(by_place[found.ring] & (size >= SMALLEST_ENFORCED))
    stands = ~by_place[found.ring]
    rings["parts_nats"] = np.nan
    if len(asked):
        alone = _as_rings(found, asked, part[asked])
        measured = measure(
            store, incidence, alone, parts(incidence, alone, all_ties(incidence, alone)),
            shares[asked], others,
        ).assign(of_larger=1.0)
        verdicts = judge(measured, incidence.families, calibration)
        stands[asked] = (np.array(verdicts.tier) == "enforce")[alone.ring]
        nats = pd.Series(verdicts.nats[alone.ring])
        of_ring = nats.groupby(found.ring[asked]).agg(["median", "size"])
        most = of_ring["size"] >= 0.5 * rings["n_accounts"].reindex(of_ring.index)
        rings["parts_nats"] = of_ring["median"][most].reindex(rings.index)
        # What follows reads the rings' own members.
        store.put("member", pa.table({"ring": found.ring, "account_ix": found.account}))
    share = np.bincount(found.ring, weights=stands, minlength=len(rings))
    rings["standing_share"] = share / np.maximum(rings["n_accounts"].to_numpy(), 1)
    return Measured(rings, stands)


def of_groups(
    incidence: Incidence, found: Communities, part: Ints, shares: Flags, n_rings: int
) -> Flags:
    """(n_rings,) has the ring groups that stand by themselves, none of them half of it?

    A firm does, by its mail and its office; those who share a card and nothing else do not.
    """
    if not len(part):
        return np.zeros(n_rings, dtype=bool)
    size = np.bincount(found.ring, minlength=n_rings)
    n_in_part = np.bincount(part)
    largest = np.zeros(n_rings, dtype=np.int64)
    np.maximum.at(largest, found.ring, n_in_part[part])
    holds = np.zeros(len(n_in_part), dtype=np.int64)
    for at in np.flatnonzero(np.isin(np.array(incidence.families), (*KEPT, "network"))):
        n_sharing = np.bincount(part, weights=shares[:, at])
        holds += n_sharing >= 0.5 * np.maximum(n_in_part, 1)
    is_group = ((n_in_part >= SMALLEST_ENFORCED) & (holds >= 2))[part]
    covered = np.bincount(found.ring[is_group], minlength=n_rings)
    flags: Flags = (2 * largest < size) & (covered >= GROUPED * size)
    return flags


def _as_rings(found: Communities, rows: Ints, part: Ints) -> Communities:
    """Return some members, each part a ring."""
    return replace(
        found, account=found.account[rows], ring=np.unique(part, return_inverse=True)[1],
        nats=found.nats[rows], by_family=found.by_family[rows], is_core=found.is_core[rows],
        prior_nats=found.prior_nats[rows], judged_ring=found.judged_ring[rows],
    )
