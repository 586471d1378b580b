"""True rings one by one: which reported ring answers for each, and how well."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

SIZE_CLASSES = ("1-4", "5-11", "12-29", "30-99", "100-999", "1,000+")
"""Classes of the number of accounts of a true ring."""

_CLASS_STARTS = np.array([5, 12, 30, 100, 1000])


@dataclass(frozen=True)
class RingMatch:
    """One true ring and the reported ring that fits it best."""

    group_id: str
    n_accounts: int
    """Accounts of the true ring."""
    size_class: str
    operator_class: str | None
    ring_id: str | None
    """The reported ring with the largest F1; None when no member is in any."""
    tier: str | None
    n_ring_accounts: int
    """Accounts of the reported ring, known or not."""
    recall: float
    """Share of the true ring that is in the reported one."""
    precision: float | None
    """Share of the reported ring that is of the true one; None when there is none."""


@dataclass(frozen=True)
class MatchSummary:
    """Mean over true rings of one class; every ring counts the same."""

    name: str
    n_rings: int
    n_found: int
    """True rings of which at least half the accounts are in the best match, and are at
    least half of it."""
    mean_recall: float
    """A ring without a match counts 0."""
    mean_precision: float | None
    """Over rings with a match."""


def match_rings(members: pd.DataFrame, truth: pd.DataFrame) -> tuple[RingMatch, ...]:
    """Return each true ring's best match, largest ring first.

    Parameters
    ----------
    members
        ``ring_id``, ``tier`` (of the ring) and ``group_id`` (null for an account of no true
        ring): one row per reported account.
    truth
        ``group_id`` and ``operator_class``: one row per account of a true ring.
    """
    groups = truth.groupby("group_id").agg(
        n_accounts=("group_id", "size"), operator_class=("operator_class", "first")
    )
    rings = members.groupby("ring_id").agg(n_ring_accounts=("ring_id", "size"),
                                           tier=("tier", "first"))
    known = members[members["group_id"].isin(groups.index)]
    cells = known.groupby(["group_id", "ring_id"]).size().rename("n_both").reset_index()
    cells = cells.join(groups["n_accounts"], on="group_id").join(rings, on="ring_id")
    cells["f1"] = 2 * cells["n_both"] / (cells["n_accounts"] + cells["n_ring_accounts"])
    best = (
        cells.sort_values(["group_id", "f1", "ring_id"], ascending=[True, False, True])
        .drop_duplicates("group_id")
        .set_index("group_id")[["ring_id", "tier", "n_both", "n_ring_accounts"]]
    )
    table = groups.join(best).reset_index()
    table = table.sort_values(["n_accounts", "group_id"], ascending=[False, True])
    return tuple(_match(row) for row in table.to_dict("records"))


def _match(values: Mapping[Hashable, Any]) -> RingMatch:
    """Turn one row of the joined table into a match."""
    is_matched = pd.notna(values["ring_id"])
    n_both = int(values["n_both"]) if is_matched else 0
    n_ring = int(values["n_ring_accounts"]) if is_matched else 0
    n_accounts = int(values["n_accounts"])
    return RingMatch(
        group_id=str(values["group_id"]),
        n_accounts=n_accounts,
        size_class=size_class(n_accounts),
        operator_class=_known(values["operator_class"]),
        ring_id=_known(values["ring_id"]),
        tier=_known(values["tier"]),
        n_ring_accounts=n_ring,
        recall=n_both / n_accounts,
        precision=n_both / n_ring if is_matched else None,
    )


def _known(value: Any) -> str | None:
    """Return text, or None for any null."""
    return None if pd.isna(value) else str(value)


def size_class(n_accounts: int) -> str:
    """Return the class of a ring's size.

    Examples
    --------
    >>> size_class(12)
    '12-29'
    """
    return SIZE_CLASSES[int(np.searchsorted(_CLASS_STARTS, n_accounts, side="right"))]


def by_size(matches: tuple[RingMatch, ...]) -> tuple[MatchSummary, ...]:
    """Summarise matches per size class, smallest first; empty classes are left out."""
    return tuple(
        _summary(name, chosen)
        for name in SIZE_CLASSES
        if (chosen := [match for match in matches if match.size_class == name])
    )


def by_operator_class(matches: tuple[RingMatch, ...]) -> tuple[MatchSummary, ...]:
    """Summarise matches per class of operator, by name; rings of no class are left out."""
    names = sorted({match.operator_class for match in matches if match.operator_class})
    return tuple(
        _summary(name, [match for match in matches if match.operator_class == name])
        for name in names
    )


def _summary(name: str, matches: list[RingMatch]) -> MatchSummary:
    """Average over at least one match."""
    precisions = [match.precision for match in matches if match.precision is not None]
    return MatchSummary(
        name=name,
        n_rings=len(matches),
        n_found=sum(m.recall >= 0.5 and (m.precision or 0) >= 0.5 for m in matches),
        mean_recall=float(np.mean([match.recall for match in matches])),
        mean_precision=float(np.mean(precisions)) if precisions else None,
    )
