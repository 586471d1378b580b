"""Rings that only places join: which of their parts would stand alone."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from linkage.communities import Communities
from linkage.evidence.incidence import Flags, Incidence, Ints
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.features import measure
from linkage.rings.judge import SMALLEST_ENFORCED, judge
from linkage.rings.parts import parts
from linkage.rings.places import only_places_join
from linkage.store import Store


@dataclass(frozen=True)
class Measured:
    """Measures of all rings, and whom they may be held against."""

    rings: pd.DataFrame
    """As :func:`linkage.rings.features.measure` returns, with ``standing_share``: the share
    of the members whose part stands alone, 1 where more than places joins the ring; and
    ``parts_nats``: the log odds of the part that a median member is in, not a number where
    more than places joins the ring or most parts may be families."""
    stands: Flags
    """(n_members,) is the member in a part that would be enforced were it the whole ring?"""


def measure_with_parts(
    store: Store, incidence: Incidence, found: Communities, calibration: Calibration = BUILT_IN
) -> Measured:
    """Measure rings, and those that only places join part by part.

    That an address is common to two groups says nothing of either, so such a ring is judged
    by what each of its parts shows by itself: families behind one VPN exit stay families.
    """
    part = parts(incidence, found)
    rings = measure(store, incidence, found)
    by_place = only_places_join(rings).to_numpy(dtype=bool)
    size = np.bincount(part, minlength=1)[part] if len(part) else part
    asked = np.flatnonzero(by_place[found.ring] & (size >= SMALLEST_ENFORCED))
    stands = ~by_place[found.ring]
    rings["parts_nats"] = np.nan
    if len(asked):
        alone = _as_rings(found, asked, part[asked])
        measured = measure(store, incidence, alone).assign(of_larger=1.0)
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


def _as_rings(found: Communities, rows: Ints, part: Ints) -> Communities:
    """Return some members, each part a ring."""
    return replace(
        found, account=found.account[rows], ring=np.unique(part, return_inverse=True)[1],
        nats=found.nats[rows], by_family=found.by_family[rows], is_core=found.is_core[rows],
        prior_nats=found.prior_nats[rows], judged_ring=found.judged_ring[rows],
    )
