"""Refitting from answers: what moves, what never does, and when nothing is taken."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_runs import N_RINGS, is_hosted, write_decisions, write_run
from worlds import read, run, tiny_world

from linkage import job
from linkage.calibrate import Shelf
from linkage.calibrate.answers import answers_of
from linkage.calibrate.fitting import N_FOLDS, Problem, fit, folds
from linkage.calibrate.refitting import refit
from linkage.errors import InputError, QualityGateError
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.judge import judge
from linkage.rings.signs import SIGNS
from linkage.settings import Settings

HOSTED = [is_hosted(at) for at in range(N_RINGS)]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("judged") / "out")


def _refit(out, tmp_path, right, **options):
    return refit(out, answers_of([write_decisions(tmp_path / "said.csv", right, **options)], []))


def _weights(found):
    return {sign.name: found.calibration.signs.get(sign.name, sign.nats) for sign in SIGNS}


def test_a_sign_that_tells_right_from_wrong_gains_and_others_keep_their_sign(out, tmp_path):
    found = _refit(out, tmp_path, HOSTED)
    weights = _weights(found)
    table = {sign.name: sign.nats for sign in SIGNS}
    assert weights["hosting_addresses"] > table["hosting_addresses"]
    for name, nats in table.items():
        assert nats * weights[name] >= 0
        assert abs(weights[name]) <= 2 * abs(nats) + 1e-6
    assert found.parts[0].after < found.parts[0].before


def test_few_answers_move_little(out, tmp_path):
    many = _weights(_refit(out, tmp_path, HOSTED))["hosting_addresses"]
    few = _weights(_refit(out, tmp_path, HOSTED[:12]))["hosting_addresses"]
    assert 1.0 < few < many


def test_bans_are_no_sign_to_learn_from_and_unseen_signs_stay(out, tmp_path):
    signs = _refit(out, tmp_path, HOSTED).calibration.signs
    assert "banned_before" not in signs
    assert "cards_rotated" not in signs


def test_answers_without_a_pattern_change_no_weight(out, tmp_path):
    right = np.random.default_rng(1).random(N_RINGS) < 0.6
    try:
        parts = {part.name: part for part in _refit(out, tmp_path, right.tolist()).parts}
    except QualityGateError:
        return
    for part in parts.values():
        assert not part.is_kept or part.after < part.before


def test_too_few_answers_are_refused_with_the_reason(out, tmp_path):
    with pytest.raises(QualityGateError, match="4 right and 2 wrong in 6 rings"):
        _refit(out, tmp_path, [True] * 4 + [False] * 2)


def test_a_refit_that_predicts_worse_is_refused(out, tmp_path, monkeypatch):
    monkeypatch.setattr("linkage.calibrate.refitting.held_out", lambda problem: -problem.offset - 9)
    with pytest.raises(QualityGateError, match="worse, so it stays as it is") as caught:
        _refit(out, tmp_path, [True] * 30 + [False] * 10)
    assert caught.value.exit_code == 4


def test_members_that_were_reinstated_lower_the_confidence_of_their_like(out, tmp_path):
    found = _refit(out, tmp_path, HOSTED, wrong_members=True)
    by_name = {part.name: part for part in found.parts}
    assert by_name["confidence"].is_kept
    weak = np.array([1.0])
    assert found.calibration.members.of(weak) < weak
    assert found.calibration.members.slope > 0


def test_kinds_lose_worth_and_never_gain(out, tmp_path):
    kinds = _refit(out, tmp_path, HOSTED, wrong_members=True).calibration.kinds
    assert all(kinds[kind] < 0.85 for kind in kinds)


def test_the_latest_word_counts_and_open_ones_do_not(tmp_path):
    path = tmp_path / "said.jsonl"
    rows = [("a", "confirmed", 3), ("a", "benign", 1), ("b", "disputed", 2), ("c", "benign", 1),
            ("c", "disputed", 2)]
    path.write_text("".join(
        json.dumps({"account_id": who, "decision": said, "decided_at": f"2026-06-0{day}T00:00:00Z"})
        + "\n" for who, said, day in rows))
    assert answers_of([path], []).accounts == {"a": 1.0}


@pytest.mark.parametrize("text", ["account_id,decision\na,perhaps\n", "who,decision\na,benign\n"])
def test_a_file_that_holds_no_decisions_is_refused(tmp_path, text):
    path = tmp_path / "said.csv"
    path.write_text(text)
    with pytest.raises(InputError):
        answers_of([path], [])


def test_no_account_and_no_ring_is_named_in_a_version(out, tmp_path):
    path = Shelf(tmp_path).add(_refit(out, tmp_path, HOSTED, wrong_members=True))
    assert not re.search(r"acct-|ring-0", path.read_text())


def test_versions_are_chosen_and_taken_back(out, tmp_path):
    shelf = Shelf(tmp_path / "state")
    assert shelf.in_use() == BUILT_IN
    found = _refit(out, tmp_path, HOSTED)
    for _ in range(2):
        shelf.add(found, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert shelf.in_use() == BUILT_IN
    shelf.use(1)
    shelf.use(2)
    assert shelf.in_use().signs == found.calibration.signs
    assert [one.is_in_use for one in shelf.versions()] == [False, True]
    assert [shelf.revert(), shelf.revert(), shelf.revert()] == [1, 0, 0]
    assert shelf.in_use() == BUILT_IN
    with pytest.raises(InputError) as caught:
        shelf.use(3)
    assert "known: 1, 2" in caught.value.fix


def test_a_chosen_version_judges_the_next_run_and_is_in_its_manifest(out, tmp_path):
    world, state = tiny_world(tmp_path / "world"), tmp_path / "state"
    plain = run(world, tmp_path / "plain")
    shelf = Shelf(state)
    shelf.add(_refit(out, tmp_path, HOSTED, wrong_members=True))
    shelf.use(1)
    settings = Settings(threads=1, key_file=tmp_path / "key")
    made = job.run([str(world)], tmp_path / "out", settings=settings, state=state)
    told = made.manifest["calibration"]
    assert (told["number"], told["sha256"]) == (1, shelf.in_use().sha256)
    scores = [[row["score"] for row in read(place, "rings")] for place in (plain, made.out)]
    assert scores[0] != scores[1]
    assert json.loads((plain / "manifest.json").read_text())["calibration"] is None


def test_no_calibration_enforces_what_the_built_in_weights_would_not(out):
    measures = pd.read_parquet(out / "measures.parquet").pivot(
        index="ring_id", columns="measure", values="value")
    eager = Calibration(prior_nats=9.0, signs={"hosting_addresses": 2.0})
    families = ("device", "network", "payment")
    plain, found = (judge(measures, families, one) for one in (BUILT_IN, eager))
    assert found.score.min() > plain.score.max()
    assert [one for one, was in zip(found.tier, plain.tier, strict=True)
            if one == "enforce" and was != "enforce"] == []


@given(rights=st.lists(st.booleans(), min_size=1, max_size=30), at=st.floats(-4, 4))
def test_a_fit_stays_within_its_bounds_and_moves_towards_the_answers(rights, at):
    n = len(rights)
    right = np.array(rights, dtype=float)
    problem = Problem(
        design=np.ones((n, 1)), offset=np.full(n, at), right=right, weight=np.ones(n),
        ring_id=[str(one) for one in range(n)], spread=np.array([0.5]),
        lowest=np.array([-1.0]), highest=np.array([1.0]),
    )
    [change] = fit(problem)
    assert -1 <= change <= 1
    assert change * (right.mean() - 1 / (1 + np.exp(-at))) >= -1e-6


@given(ring_ids=st.lists(st.sampled_from("abcdefgh"), max_size=20))
def test_answers_of_one_ring_are_in_one_fold(ring_ids):
    found = folds(ring_ids)
    assert len(set(zip(ring_ids, found.tolist(), strict=True))) == len(set(ring_ids))
    assert set(found.tolist()) <= set(range(N_FOLDS))


def test_runs_read_the_shelf_without_loading_what_refits():
    look = ("import sys, linkage.job; from linkage.calibrate import Shelf; "
            "sys.exit('linkage.calibrate.refitting' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
