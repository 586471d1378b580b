"""Groups that somebody reported, judged as if they were rings.

A partner, a reviewer or an abuse desk names accounts that belong together in their eyes.
Such a group is measured as it is, as rings are, and not by the rings that it happens to
overlap with. Two questions are answered apart: the *tier* is what our own evidence bears,
as if we had found the group; the *score* takes the reporter's word that the accounts belong
together, so that thin ties count for nothing, and asks whether it is an operation or people
who know one another. That shows in how close to each other the accounts were born, and in
what rings are judged by besides.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from linkage.communities import Communities
from linkage.communities.gains import Members
from linkage.communities.membership import membership
from linkage.evidence.incidence import Floats, Incidence
from linkage.evidence.weights import Weights
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.features import everybody, measure
from linkage.rings.judge import Verdicts, judge
from linkage.rings.parts import all_ties, parts, sharing
from linkage.rings.signs import SIGNS
from linkage.schema import GROUPS
from linkage.store import Store

OF_TIES = {
    "related", "weakly_linked", "loosely_linked", "joined_by_place", "groups_joined_by_place",
    "nothing_rotated",
}
"""Signs of how well the accounts are tied, which the reporter vouches for."""

OF_BIRTHS_AND_SIZE = {"born_together", "born_apart", "household"}
"""Signs of what is counted by degrees here: a reported group has little else to show."""

AS_FRIENDS = 0.3
"""Median gap between births, in shares of the population's, that tells nothing either way:
people who know one another join in one season, and not in one hour."""

BIRTHS = (-2.0, 5.0)
"""Least and most nats that births may add."""

HOUSEHOLD = 5
"""Accounts that a family or a circle of friends may well have."""

FEW = -4.0
"""Nats that a group as small as a household starts with."""


def judge_groups(
    store: Store, incidence: Incidence, weights: Weights, calibration: Calibration = BUILT_IN
) -> pa.Table:
    """Return groups.parquet: one row per reported group.

    Parameters
    ----------
    store
        The stage tables, ``reported_group`` among them; its table ``member`` is made anew.
    incidence, weights
        Who holds what, and what it is worth.
    calibration
        Weights and scale.
    """
    reported = store.arrow("select * from reported_group order by group_id, account_ix")
    if not reported.num_rows:
        return GROUPS.empty_table()
    names, ring = np.unique(
        reported["group_id"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True
    )
    account = reported["account_ix"].to_numpy().astype(np.int64)
    as_named = Members(account, ring, np.ones(len(ring), dtype=bool), len(names))
    cells = membership(incidence, as_named, weights.strangers)
    own = np.searchsorted(
        cells.ring * incidence.n_accounts + cells.account, ring * incidence.n_accounts + account
    )
    by_family = cells.by_family[own]
    # An account alone has nobody to be compared with: nothing speaks for it, nothing against.
    nats = np.where(np.isfinite(cells.nats[own]), cells.nats[own], 0.0)
    found = Communities(
        account, ring, nats, by_family, as_named.is_core, nats - by_family.sum(axis=1),
        as_named, ring,
    )
    ties = all_ties(incidence, found)
    measures = measure(store, incidence, found, parts(incidence, found, ties),
                       sharing(incidence, found, ties), everybody(store, incidence))
    verdicts = judge(measures, incidence.families, calibration)
    score = _score(measures, verdicts, calibration)
    return pa.table({
        "group_id": names,
        "n_accounts": measures["n_accounts"].to_numpy(),
        "score": np.round(score, 6),
        "tier": verdicts.tier,
        "tier_reason": verdicts.reason,
        "families": pa.array(verdicts.families, pa.list_(pa.string())),
    }).cast(GROUPS).take(pa.array(np.lexsort((names, -score))))


def _score(measures: pd.DataFrame, verdicts: Verdicts, calibration: Calibration) -> Floats:
    """(n_groups,) P(one operation), given that the accounts belong together."""
    counts = np.array([sign.name not in OF_TIES | OF_BIRTHS_AND_SIZE for sign in SIGNS])
    weight = np.where(
        counts, [calibration.signs.get(sign.name, sign.nats) for sign in SIGNS], 0.0)
    births = np.log(AS_FRIENDS / measures["birth_gap"].clip(lower=1e-6).to_numpy())
    few = measures["n_accounts"].to_numpy() <= HOUSEHOLD
    log_odds = (
        calibration.prior_nats + verdicts.signs @ weight + np.clip(births, *BIRTHS)
        + np.where(few, FEW, 0.0)
    )
    score: Floats = 1 / (1 + np.exp(-log_odds))
    return score
