"""A run's rings against a truth, in every measure at once."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from linkage.errors import InputError
from linkage.evaluate.agreement import Agreement
from linkage.evaluate.calibration import Calibration, GroupDecisions, calibrate, score_decisions
from linkage.evaluate.matches import (
    MatchSummary,
    RingMatch,
    by_operator_class,
    by_size,
    match_rings,
)
from linkage.evaluate.tiers import (
    FirstRings,
    TierScore,
    operator_agreement,
    score_first_rings,
    score_tiers,
)
from linkage.evaluate.truth import normal_truth, read_truth


@dataclass(frozen=True)
class Evaluation:
    """Every measure of one run against one truth.

    A *true ring* is a group of the truth whose accounts are abusive. Reported rings of the
    tier ``benign`` claim nothing, so they count as not reported, except in ``tiers``.
    """

    n_rings: int
    """Reported rings, benign ones left out."""
    n_true_rings: int
    n_true_accounts: int
    """Accounts in true rings."""
    n_named: int
    """Accounts that the truth names."""
    pairwise: Agreement
    """Over pairs of accounts in true rings."""
    b_cubed: Agreement
    """Over accounts in true rings; an account in no reported ring is on its own."""
    pairwise_named: Agreement
    """Over pairs of all accounts that the truth names, so innocent ones cost precision."""
    b_cubed_named: Agreement
    """Over all accounts that the truth names."""
    by_size: tuple[MatchSummary, ...]
    by_operator_class: tuple[MatchSummary, ...]
    tiers: tuple[TierScore, ...]
    """Each tier alone, then each with the stronger ones, by the tier of the member."""
    first_rings: FirstRings
    calibration: Calibration
    decisions: GroupDecisions | None
    """None when no truth holds decisions."""
    matches: tuple[RingMatch, ...]
    """Every true ring, largest first."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self)


def evaluate(
    members: pa.Table | pd.DataFrame,
    rings: pa.Table | pd.DataFrame,
    truth: pd.DataFrame,
    *,
    decisions: pd.DataFrame | None = None,
    judged: pd.DataFrame | None = None,
) -> Evaluation:
    """Measure a run's output against a truth.

    Parameters
    ----------
    members, rings
        As in ``members.parquet`` and ``rings.parquet``.
    truth
        One row per account, see :func:`linkage.evaluate.truth.normal_truth`.
    decisions
        Groups with a column ``eliminated``; None takes them from the truth when it has any.
    judged
        As in ``groups.parquet``: the reported groups that the run judged, if any.

    Raises
    ------
    InputError
        If the truth lacks a column or names an account twice.
    """
    named = _coded(normal_truth(truth))
    ring_rows = _frame(rings)
    member_rows = _known(_frame(members), named)
    tier_of_ring = ring_rows.set_index("ring_id")["tier"]
    claimed = member_rows.assign(tier=member_rows["ring_id"].map(tier_of_ring))
    claimed = claimed[claimed["tier"] != "benign"]
    operators = named[named["operator_ix"] >= 0]
    matches = match_rings(claimed, operators)
    pairs, accounts = operator_agreement(claimed, named)
    pairs_named, accounts_named = operator_agreement(claimed, named, among_all=True)
    decided = named if decisions is None else normal_truth(decisions, source="groups")
    return Evaluation(
        n_rings=int((ring_rows["tier"] != "benign").sum()),
        n_true_rings=len(matches),
        n_true_accounts=len(operators),
        n_named=len(named),
        pairwise=pairs,
        b_cubed=accounts,
        pairwise_named=pairs_named,
        b_cubed_named=accounts_named,
        by_size=by_size(matches),
        by_operator_class=by_operator_class(matches),
        tiers=score_tiers(member_rows, named),
        first_rings=score_first_rings(claimed, ring_rows, named),
        calibration=calibrate(claimed),
        decisions=score_decisions(member_rows, ring_rows, decided, judged),
        matches=matches,
    )


def evaluate_files(
    out: Path, truth_file: Path, *, groups_file: Path | None = None
) -> Evaluation:
    """Measure an output folder against a truth file.

    Parameters
    ----------
    out
        A folder that ``linkage run`` wrote.
    truth_file
        See :func:`linkage.evaluate.truth.read_truth`.
    groups_file
        A second such file, with a column ``eliminated``, for the ranking of groups.

    Raises
    ------
    InputError
        If a file is missing or is not what it should be.
    """
    try:
        members = pd.read_parquet(
            out / "members.parquet", columns=["ring_id", "account_id", "confidence", "tier"]
        )
        rings = pd.read_parquet(out / "rings.parquet", columns=["ring_id", "score", "tier"])
        judged = pd.read_parquet(out / "groups.parquet", columns=["group_id", "score"])
    except (OSError, ValueError) as error:
        raise InputError(
            f"{out} is not an output folder: {error}", fix="give the --out folder of linkage run"
        ) from error
    decisions = read_truth(groups_file) if groups_file else None
    return evaluate(members, rings, read_truth(truth_file), decisions=decisions, judged=judged)


def _frame(table: pa.Table | pd.DataFrame) -> pd.DataFrame:
    """Return a table as a data frame of its own index."""
    frame = table.to_pandas() if isinstance(table, pa.Table) else table
    return frame.reset_index(drop=True)


def _coded(truth: pd.DataFrame) -> pd.DataFrame:
    """Add the code of each account's true ring (-1: none) and the size of its group."""
    operator = truth["group_id"].where(truth["is_abusive"])
    return truth.assign(
        operator_ix=pd.factorize(operator)[0].astype(np.int64),
        n_group=truth.groupby("group_id")["account_id"].transform("size").fillna(0).astype(int),
    )


def _known(members: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Add what the truth knows of each member."""
    truth_ix = pd.Index(truth["account_id"]).get_indexer(members["account_id"])
    return members.assign(
        truth_ix=truth_ix,
        group_id=truth["group_id"].reindex(truth_ix).to_numpy(dtype=object),
        ring_ix=pd.factorize(members["ring_id"])[0].astype(np.int64),
    )
