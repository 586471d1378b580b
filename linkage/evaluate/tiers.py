"""What each tier would do to people: abusive accounts reached, innocent ones named."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.evaluate.agreement import Agreement, b_cubed, pairwise
from linkage.intervals import effective_trials, wilson
from linkage.schema import TIERS

LARGE_RING = 12
"""True rings of this many accounts and more have a recall of their own."""
NAMED_GROUP = 5
"""An innocent group counts as named from this many of its accounts, if they are half of it."""
N_FIRST = 50
"""How many rings an investigator looks at first."""


@dataclass(frozen=True)
class Innocents:
    """Innocent accounts of one kind that a tier names."""

    kind: str
    n_accounts: int
    n_groups: int
    """Groups of which at least 5 accounts, and at least half, are named."""


@dataclass(frozen=True)
class TierScore:
    """One tier, alone or with the stronger ones."""

    tier: str
    with_stronger: bool
    """Whether the accounts of stronger tiers are counted in."""
    n_rings: int
    n_accounts: int
    n_unknown: int
    """Accounts that the truth does not name; they count in no share below."""
    precision: float | None
    """Share of the named accounts that is abusive."""
    interval: tuple[float, float] | None
    """95% interval of the precision (Wilson 1927), as if each account were seen by itself."""
    interval_of_rings: tuple[float, float] | None
    """The same, as if a ring were seen as one (Kish 1965). The truth lies between the two:
    trust the wider."""
    recall: float | None
    """Share of all abusive accounts."""
    recall_large: float | None
    """Share of the abusive accounts in true rings of 12 accounts and more."""
    pairwise: Agreement
    """Over the accounts of true rings."""
    b_cubed: Agreement
    """Over the accounts of true rings."""
    innocents: tuple[Innocents, ...]


@dataclass(frozen=True)
class FirstRings:
    """The rings an investigator would open first, by score; benign rings are not among them."""

    n_rings: int
    """At most 50; rings of which the truth names no account are passed over."""
    precision: float | None
    """Share of these rings in which most named accounts are abusive."""
    account_precision: float | None
    """Share of their named accounts that is abusive."""


def score_tiers(members: pd.DataFrame, truth: pd.DataFrame) -> tuple[TierScore, ...]:
    """Return every tier alone, then every tier with the stronger ones.

    Parameters
    ----------
    members
        ``ring_id``, ``tier`` (of the member), ``truth_ix`` (row in the truth, -1 when not
        named).
    truth
        The truth in normal form, with ``operator_ix`` (code of the true ring, -1 for none)
        and ``n_group`` (accounts of the account's group).
    """
    alone = [_score(members, truth, (tier,), False) for tier in TIERS]
    with_stronger = [_score(members, truth, TIERS[: n + 1], True) for n in range(len(TIERS))]
    return (*alone, *with_stronger)


def _score(
    members: pd.DataFrame, truth: pd.DataFrame, tiers: tuple[str, ...], with_stronger: bool
) -> TierScore:
    """Score the accounts whose tier is one of these; the last one names the score."""
    chosen = members[members["tier"].isin(tiers)]
    is_known = (chosen["truth_ix"] >= 0).to_numpy()
    named = np.zeros(len(truth), dtype=bool)
    named[chosen["truth_ix"].to_numpy()[is_known]] = True
    is_abusive = truth["is_abusive"].to_numpy()
    n_of_ring = truth["n_group"].where(truth["operator_ix"] >= 0, 0).to_numpy()
    is_large = is_abusive & (n_of_ring >= LARGE_RING)
    pairs, accounts = operator_agreement(chosen, truth)
    precision = share(is_abusive[named])
    n_effective = effective_trials(chosen["ring_id"][is_known].value_counts().tolist())
    return TierScore(
        tier=tiers[-1],
        with_stronger=with_stronger,
        n_rings=int(chosen["ring_id"].nunique()),
        n_accounts=len(chosen),
        n_unknown=int((~is_known).sum()),
        precision=precision,
        interval=None if precision is None else wilson(precision, int(named.sum())),
        interval_of_rings=None if precision is None else wilson(precision, n_effective),
        recall=share(named[is_abusive]),
        recall_large=share(named[is_large]),
        pairwise=pairs,
        b_cubed=accounts,
        innocents=_innocents(truth[named & ~is_abusive]),
    )


def operator_agreement(
    members: pd.DataFrame, truth: pd.DataFrame, *, among_all: bool = False
) -> tuple[Agreement, Agreement]:
    """Return the pairwise and B-cubed agreement of reported with true rings.

    Parameters
    ----------
    members
        ``ring_ix`` and ``truth_ix``, as :func:`score_tiers` takes.
    truth
        ``operator_ix``, as :func:`score_tiers` takes.
    among_all
        Count every account the truth names, innocent ones as true rings of one; otherwise
        only accounts of true rings.
    """
    predicted = np.full(len(truth), -1, dtype=np.int64)
    known = members[members["truth_ix"] >= 0]
    predicted[known["truth_ix"].to_numpy()] = known["ring_ix"].to_numpy()
    operator = truth["operator_ix"].to_numpy()
    scope = slice(None) if among_all else operator >= 0
    return (
        pairwise(predicted[scope], operator[scope]),
        b_cubed(predicted[scope], operator[scope]),
    )


def _innocents(named: pd.DataFrame) -> tuple[Innocents, ...]:
    """Count innocent accounts and groups per kind, by kind."""
    n_accounts = named.groupby("kind").size()
    groups = named.groupby(["kind", "group_id"]).agg(
        n_named=("n_group", "size"), n_group=("n_group", "first")
    )
    is_hit = (groups["n_named"] >= NAMED_GROUP) & (2 * groups["n_named"] >= groups["n_group"])
    n_groups = groups[is_hit].groupby("kind").size()
    return tuple(
        Innocents(str(kind), int(n), int(n_groups.get(kind, 0))) for kind, n in n_accounts.items()
    )


def score_first_rings(
    members: pd.DataFrame, rings: pd.DataFrame, truth: pd.DataFrame
) -> FirstRings:
    """Return how right the first 50 rings by score are."""
    known = members[members["truth_ix"] >= 0]
    is_abusive = truth["is_abusive"].to_numpy()[known["truth_ix"].to_numpy()]
    of_ring = pd.Series(is_abusive, known["ring_id"].to_numpy()).groupby(level=0)
    shares = of_ring.agg(["mean", "sum", "size"])
    order = rings[rings["tier"] != "benign"].sort_values(
        ["score", "ring_id"], ascending=[False, True]
    )["ring_id"]
    first = shares.reindex(order[order.isin(shares.index)].head(N_FIRST))
    n_known = int(first["size"].sum())
    return FirstRings(
        n_rings=len(first),
        precision=share((first["mean"] > 0.5).to_numpy()),
        account_precision=float(first["sum"].sum()) / n_known if n_known else None,
    )


def share(flags: NDArray[np.bool_]) -> float | None:
    """Return the share of true flags; None when there are none at all."""
    return float(flags.mean()) if len(flags) else None
