"""What people decided about accounts and rings, obeyed before anything is listed."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.communities.settle import Communities
from linkage.rings.judge import Verdicts
from linkage.store import Store

Texts = npt.NDArray[np.object_]

MEANING = {
    "benign": "benign", "reinstated": "benign", "disputed": "disputed", "confirmed": "confirmed",
}
"""Decision to what it does: ``benign`` goes to that tier, ``disputed`` no higher than watch,
``confirmed`` rings no lower than review. No decision puts an account on a list for enforcement:
only its own evidence does."""


@dataclass(frozen=True)
class Decisions:
    """The latest decision about each member and each ring; empty where there is none."""

    accounts: Texts
    """(n_members,)"""
    rings: Texts
    """(n_rings,)"""

    def on_rings(self, verdicts: Verdicts) -> Verdicts:
        """Return the verdicts with the rings' tiers as people decided."""
        tier, reason = list(verdicts.tier), list(verdicts.reason)
        for at in np.flatnonzero(self.rings != ""):
            if self.rings[at] == "benign":
                tier[at] = "benign"
            elif self.rings[at] == "confirmed":
                tier[at] = "enforce" if tier[at] == "enforce" else "review"
            elif tier[at] != "benign":
                tier[at] = "watch"
            reason[at] = f"a person decided: {self.rings[at]}; {reason[at]}"
        return replace(verdicts, tier=tier, reason=reason)


@dataclass(frozen=True)
class Confirmed:
    """Whom people confirmed last."""

    accounts: frozenset[int]
    """Account numbers."""
    rings: frozenset[str]


def confirmed(store: Store) -> Confirmed:
    """Read from ``decision`` the accounts and rings whose latest decision is ``confirmed``."""
    rows = store.arrow(
        "select account_ix, ring_id, decision from decision order by decided_at nulls first, "
        "account_ix, ring_id, decision"
    ).to_pylist()
    accounts = {row["account_ix"]: row["decision"] for row in rows if row["account_ix"] is not None}
    rings = {row["ring_id"]: row["decision"] for row in rows if row["ring_id"]}
    return Confirmed(
        frozenset(who for who, said in accounts.items() if said == "confirmed"),
        frozenset(who for who, said in rings.items() if said == "confirmed"),
    )


def decisions(store: Store, found: Communities, ring_ids: pa.Array) -> Decisions:
    """Read the stage table ``decision``; a later decision replaces an earlier one."""
    n_rings = len(ring_ids)
    accounts = np.full(len(found.account), "", dtype=object)
    rings = np.full(n_rings, "", dtype=object)
    if not store.count("decision"):
        return Decisions(accounts, rings)
    rows = store.arrow(
        "select account_ix, ring_id, decision from decision order by decided_at nulls first, "
        "account_ix, ring_id, decision"
    ).to_pylist()
    number = {name: at for at, name in enumerate(ring_ids.to_pylist())}
    row_of = {int(account): at for at, account in enumerate(found.account)}
    for row in rows:
        meant = MEANING.get(row["decision"], "")
        if row["account_ix"] in row_of:
            accounts[row_of[row["account_ix"]]] = meant
        if row["ring_id"] in number:
            rings[number[row["ring_id"]]] = meant
    accounts = np.where(accounts == "", rings[found.ring], accounts)
    return Decisions(accounts, rings)
