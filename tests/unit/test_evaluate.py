"""Measures against slow, obvious answers."""

from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import InputError
from linkage.evaluate import evaluate, group_scores, normal_truth, read_truth
from linkage.evaluate.agreement import b_cubed, pairwise
from linkage.evaluate.calibration import auc, reliability

labels = st.integers(-1, 3)
partitions = st.lists(st.tuples(labels, labels), max_size=12)


def _same(labels_, i, j):
    return i == j or (labels_[i] == labels_[j] and labels_[i] >= 0)


@given(partitions)
def test_pairwise_matches_counting_every_pair(rows):
    predicted, truth = [r[0] for r in rows], [r[1] for r in rows]
    pairs = list(combinations(range(len(rows)), 2))
    found = [p for p in pairs if _same(predicted, *p)]
    there = [p for p in pairs if _same(truth, *p)]
    both = [p for p in found if p in there]
    got = pairwise(np.array(predicted, dtype=np.int64), np.array(truth, dtype=np.int64))
    assert got.precision == (len(both) / len(found) if found else None)
    assert got.recall == (len(both) / len(there) if there else None)


@given(partitions.filter(bool))
def test_b_cubed_matches_walking_over_accounts(rows):
    predicted, truth = [r[0] for r in rows], [r[1] for r in rows]
    everyone = range(len(rows))
    precisions, recalls = [], []
    for i in everyone:
        ring = {j for j in everyone if _same(predicted, i, j)}
        group = {j for j in everyone if _same(truth, i, j)}
        precisions.append(len(ring & group) / len(ring))
        recalls.append(len(ring & group) / len(group))
    got = b_cubed(np.array(predicted, dtype=np.int64), np.array(truth, dtype=np.int64))
    assert got.precision == pytest.approx(np.mean(precisions))
    assert got.recall == pytest.approx(np.mean(recalls))


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
def test_auc_matches_comparing_every_pair(rows):
    above = [
        1.0 if high > low else 0.5 if high == low else 0.0
        for high, is_high in rows if is_high
        for low, is_low in rows if not is_low
    ]
    got = auc(np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], bool))
    assert got == (pytest.approx(np.mean(above)) if above else None)


def _world():
    """Ring r1: five of operator x and one stranger; r2: a company; r3 benign."""
    truth = pd.DataFrame({
        "account_id": [f"a{n:02d}" for n in range(20)],
        "group_id": ["x"] * 12 + ["firm"] * 6 + [None] * 2,
        "is_abusive": [True] * 12 + [False] * 8,
        "kind": ["operator"] * 12 + ["company"] * 6 + ["ordinary"] * 2,
        "operator_class": ["chain"] * 12 + [None] * 8,
    })
    members = pd.DataFrame({
        "ring_id": ["r1"] * 10 + ["r2"] * 5 + ["r3"] * 2,
        "account_id": [f"a{n:02d}" for n in range(9)] + ["a18"]
        + [f"a{n:02d}" for n in range(12, 17)] + ["a09", "a10"],
        "confidence": [0.95] * 17,
        "tier": ["enforce"] * 9 + ["watch"] + ["review"] * 5 + ["benign"] * 2,
    })
    rings = pd.DataFrame({
        "ring_id": ["r1", "r2", "r3"],
        "score": [0.9, 0.8, 0.1],
        "tier": ["enforce", "review", "benign"],
    })
    return members, rings, truth


def test_a_true_ring_is_matched_with_all_members_of_the_reported_one():
    (match,) = evaluate(*_world()).matches
    assert (match.ring_id, match.recall, match.precision) == ("r1", 9 / 12, 9 / 10)
    assert match.size_class == "12-29"


def test_benign_rings_claim_nothing():
    got = evaluate(*_world())
    assert got.n_rings == 2
    assert got.pairwise.recall == 36 / 66


def test_a_tier_counts_its_own_members_and_with_the_stronger_ones():
    tiers = {(t.tier, t.with_stronger): t for t in evaluate(*_world()).tiers}
    assert tiers["enforce", False].precision == 1
    assert tiers["enforce", False].recall == 9 / 12
    assert tiers["review", False].precision == 0
    assert tiers["review", True].precision == 9 / 14
    assert tiers["benign", True].recall == 11 / 12
    assert [(i.kind, i.n_accounts, i.n_groups) for i in tiers["watch", True].innocents] == [
        ("company", 5, 1), ("ordinary", 1, 0),
    ]


def test_precision_comes_with_an_interval_that_is_wider_where_rings_answer_as_one():
    tiers = {(t.tier, t.with_stronger): t for t in evaluate(*_world()).tiers}
    both = tiers["review", True]
    low, high = both.interval
    assert low < both.precision < high
    assert both.interval_of_rings[0] < low
    assert high < both.interval_of_rings[1]
    assert evaluate(*(table[:0] for table in _world()[:2]), _world()[2]).tiers[0].interval is None


def test_innocents_cost_pairwise_precision_only_when_all_accounts_are_in_scope():
    got = evaluate(*_world())
    assert got.pairwise.precision == 1
    assert got.pairwise_named.precision == 36 / (45 + 10)


def test_the_first_rings_are_judged_by_most_of_their_accounts():
    first = evaluate(*_world()).first_rings
    assert (first.n_rings, first.precision, first.account_precision) == (2, 0.5, 9 / 15)


def test_accounts_outside_the_truth_are_counted_as_unknown_not_as_wrong():
    members, rings, truth = _world()
    got = evaluate(members, rings, truth[truth["group_id"] == "x"])
    assert got.tiers[2].n_unknown == 1
    assert got.tiers[0].precision == 1


def test_arrow_and_pandas_give_the_same_evaluation():
    members, rings, truth = _world()
    arrow = evaluate(pa.Table.from_pandas(members), pa.Table.from_pandas(rings), truth)
    assert arrow == evaluate(members, rings, truth)


def test_row_order_changes_nothing():
    members, rings, truth = _world()
    shuffled = [table.sample(frac=1, random_state=1) for table in (members, rings, truth)]
    assert evaluate(*shuffled) == evaluate(members, rings, truth)


def test_no_rings_at_all_is_an_answer():
    members, rings, truth = _world()
    got = evaluate(members[:0], rings[:0], truth)
    assert got.pairwise.precision is None
    assert got.b_cubed.recall == pytest.approx(1 / 12)
    assert got.matches[0].ring_id is None


def test_a_group_scores_the_share_of_it_that_is_named():
    members, rings, truth = _world()
    scores = group_scores(members, rings, normal_truth(truth))
    assert scores["firm"] == pytest.approx(5 * 0.95 * 0.8 / 6)


def test_decisions_are_ranked_from_the_truth_that_holds_them():
    members, rings, truth = _world()
    groups = truth[["account_id", "group_id"]].assign(eliminated=truth["is_abusive"].astype(int))
    decisions = evaluate(members, rings, truth, decisions=groups).decisions
    assert (decisions.n_eliminated, decisions.n_kept, decisions.auc) == (1, 1, 1.0)


def test_groups_that_the_run_judged_are_ranked_by_their_own_scores():
    members, rings, truth = _world()
    groups = truth[["account_id", "group_id"]].assign(eliminated=truth["is_abusive"].astype(int))
    names = groups["group_id"].dropna().unique()
    judged = pd.DataFrame({"group_id": names, "score": [0.9] + [0.1] * (len(names) - 1)})
    known = groups.dropna(subset="group_id").groupby("group_id")["eliminated"].first()
    best = evaluate(members, rings, truth, decisions=groups, judged=judged).decisions
    worst = evaluate(
        members, rings, truth, decisions=groups,
        judged=judged.assign(score=1 - judged["group_id"].map(known)),
    ).decisions
    assert (best.auc, worst.auc) == (1.0 if known[names[0]] else 0.0, 0.0)


def test_reliability_weighs_bins_by_their_accounts():
    got = reliability(np.array([1.0, 0.9, 0.05, 0.15]), np.array([True, False, False, False]))
    assert [b.n_accounts for b in got.bins] == [1, 1, 2]
    assert got.expected_error == pytest.approx((2 * 0.45 + 0.05 + 0.15) / 4)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_truth_files_of_every_form_read_the_same(tmp_path, ending):
    path = tmp_path / f"truth.{ending}"
    written = pd.DataFrame({"account_id": ["007", "NA"], "operator_id": ["1", None]})
    written.to_parquet(path) if ending == "parquet" else written.to_csv(path, index=False)
    got = read_truth(path)
    assert got["account_id"].tolist() == ["007", "NA"]
    assert got["kind"].tolist() == ["operator", "ordinary"]


def test_a_kept_group_is_innocent():
    got = normal_truth(pd.DataFrame({
        "account_id": ["a", "b", "c"], "group_id": ["x", "y", "z"], "eliminated": ["1", "0", None],
    }))
    assert got["is_abusive"].tolist() == [True, False, True]
    assert got["kind"].tolist() == ["operator", "innocent", "operator"]


@pytest.mark.parametrize("truth", [
    pd.DataFrame({"account_id": ["a"]}),
    pd.DataFrame({"account_id": ["a", "a"], "group_id": ["x", "y"]}),
])
def test_a_truth_that_cannot_be_one_is_refused(truth):
    with pytest.raises(InputError):
        normal_truth(truth)


def test_a_missing_truth_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot read truth file"):
        read_truth(tmp_path / "none.csv")
