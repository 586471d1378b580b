"""Whether numbers mean what they say: member confidence, and scores of decided groups."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from linkage.evaluate.tiers import share

N_BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """Members whose confidence lies in one tenth of [0, 1]."""

    lowest: float
    highest: float
    n_accounts: int
    mean_confidence: float
    share_right: float
    """Share that is of the same true group as most of its ring."""


@dataclass(frozen=True)
class Calibration:
    """Confidence against truth, over members that the truth names."""

    n_accounts: int
    expected_error: float | None
    """Expected calibration error: mean gap of confidence and share right, by bin size."""
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True)
class GroupDecisions:
    """How our output ranks groups that people decided on."""

    n_eliminated: int
    n_kept: int
    auc: float | None
    """P(an eliminated group scores above a kept one), ties count half."""


def calibrate(members: pd.DataFrame) -> Calibration:
    """Compare confidence with belonging to the group that most of the ring is of.

    Parameters
    ----------
    members
        ``ring_id``, ``confidence``, ``group_id`` (null: of no group), ``truth_ix`` (-1: not
        named by the truth, and left out).
    """
    known = members[members["truth_ix"] >= 0]
    sizes = known.groupby(["ring_id", "group_id"]).size().rename("n").reset_index()
    sizes = sizes.sort_values(["ring_id", "n", "group_id"], ascending=[True, False, True])
    main = sizes.drop_duplicates("ring_id").set_index("ring_id")["group_id"]
    is_right = (known["group_id"] == known["ring_id"].map(main)).to_numpy(dtype=bool)
    return reliability(known["confidence"].to_numpy(dtype=float), is_right)


def reliability(confidence: NDArray[np.float64], is_right: NDArray[np.bool_]) -> Calibration:
    """Return reliability in ten equal bins and the expected calibration error.

    Examples
    --------
    >>> reliability(np.array([0.5, 0.5]), np.array([True, False])).expected_error
    0.0
    """
    bin_ix = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    bins = []
    for n in np.unique(bin_ix):
        inside = bin_ix == n
        bins.append(ReliabilityBin(
            lowest=float(n / N_BINS),
            highest=float((n + 1) / N_BINS),
            n_accounts=int(inside.sum()),
            mean_confidence=float(confidence[inside].mean()),
            share_right=share(is_right[inside]) or 0.0,
        ))
    gap = sum(b.n_accounts * abs(b.mean_confidence - b.share_right) for b in bins)
    n_accounts = len(confidence)
    return Calibration(n_accounts, gap / n_accounts if n_accounts else None, tuple(bins))


def group_scores(
    members: pd.DataFrame, rings: pd.DataFrame, truth: pd.DataFrame
) -> "pd.Series[float]":
    """Return one score in [0, 1] per group of a truth: the share of it that we name.

    Each account counts its confidence times its ring's score, nothing when it is in no ring;
    a group's score is the mean over its accounts.

    Returns
    -------
    pandas.Series
        Scores by ``group_id``, in its order.
    """
    score = members["ring_id"].map(rings.set_index("ring_id")["score"])
    strength = (members["confidence"] * score).groupby(members["account_id"]).max()
    grouped = truth[truth["group_id"].notna()]
    own = grouped["account_id"].map(strength).fillna(0.0).astype(float)
    return own.groupby(grouped["group_id"]).mean()


def score_decisions(
    members: pd.DataFrame, rings: pd.DataFrame, truth: pd.DataFrame,
    judged: pd.DataFrame | None = None,
) -> GroupDecisions | None:
    """Return how our scores rank decided groups; None when the truth holds no decisions.

    A group that the run was given to judge has the score of ``groups.parquet``; where the run
    was given none, a group has the share of it that we name.
    """
    decided = truth[truth["eliminated"].notna() & truth["group_id"].notna()]
    if decided.empty:
        return None
    scores = group_scores(members, rings, decided)
    if judged is not None and len(judged):
        scores = judged.set_index("group_id")["score"].reindex(scores.index).fillna(0.0)
    eliminated = decided.groupby("group_id")["eliminated"].first()
    is_eliminated = eliminated.reindex(scores.index).to_numpy(dtype=bool)
    return GroupDecisions(
        n_eliminated=int(is_eliminated.sum()),
        n_kept=int((~is_eliminated).sum()),
        auc=auc(np.asarray(scores, dtype=np.float64), is_eliminated),
    )


def auc(scores: NDArray[np.float64], is_positive: NDArray[np.bool_]) -> float | None:
    """Area under the ROC curve by mid-ranks; None when one side is empty.

    Examples
    --------
    >>> auc(np.array([0.0, 0.0, 1.0]), np.array([False, True, True]))
    0.75
    """
    n_positive = int(is_positive.sum())
    n_negative = len(scores) - n_positive
    if not n_positive or not n_negative:
        return None
    ranks = rankdata(scores)
    above = float(ranks[is_positive].sum()) - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)
