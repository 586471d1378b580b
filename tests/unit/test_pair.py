"""The waterfall of a pair adds up to the weight that the run used."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from outputs import write_output
from worlds import run, small_world

import linkage.job as job
from linkage.rings.explain import explain_pair


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run, and the weights of its strong pairs as it used them."""
    folder = tmp_path_factory.mktemp("small")
    used = {}
    whole = job.strong_pairs

    def kept(best, weights):
        used["pair"], used["bits"] = whole(best, weights)
        return used["pair"], used["bits"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "strong_pairs", kept)
        out = run(small_world(folder / "world"), folder / "out")
    names = sorted(pq.read_table(folder / "world" / "accounts.parquet")["account_id"].to_pylist())
    return out, names, used


def test_the_steps_end_at_the_weight_that_the_run_used(world):
    out, names, used = world
    ring_of = dict(zip(*(
        pq.read_table(out / "members.parquet")[name].to_pylist()
        for name in ("account_id", "ring_id")
    ), strict=True))
    inside = [
        (names[pair // len(names)], names[pair % len(names)], bits)
        for pair, bits in zip(used["pair"].tolist(), used["bits"].tolist(), strict=True)
        if names[pair // len(names)] in ring_of
        and ring_of[names[pair // len(names)]] == ring_of.get(names[pair % len(names)])
    ]
    some = np.random.default_rng(0).permutation(len(inside))[:60]
    n_whole = 0
    for left, right, bits in (inside[at] for at in some):
        weight = explain_pair(out, left, right).weight
        assert weight is not None
        assert weight.bits == pytest.approx(sum(step.bits for step in weight.steps))
        # What says nothing for the ring is not published, so the sum may only fall short.
        assert weight.bits <= bits + 1e-3
        n_whole += weight.bits == pytest.approx(bits, abs=1e-3)
    assert n_whole >= 50


@pytest.fixture
def out(tmp_path):
    """An output by hand, with estimates: reliability 1/2 is 0 bits over even odds."""
    folder = write_output(tmp_path / "out")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text()) | {
        "prior_of_a_pair": 1 / 1025,
        "pair_weights": {
            "n_accounts": 100, "holders_from": [2, 4],
            "prior": {"card": 0.5, "prompt_template": 0.5},
            "reliability": {"card": [0.9, 0.5], "prompt_template": [0.9, 1 / 3]},
        },
    }
    path.write_text(json.dumps(manifest))
    return folder


def test_a_pair_is_a_sum_that_a_person_can_check(out):
    weight = explain_pair(out, "acct-0", "acct-1").weight
    assert weight is not None
    assert [(step.sentence, step.bits, step.total_bits) for step in weight.steps] == [
        ("two accounts drawn by chance", pytest.approx(-10.0), pytest.approx(-10.0)),
        ("paid with card •••• 4242", pytest.approx(10.0), pytest.approx(0.0)),
        ("sent prompts of template 3fa2b1", pytest.approx(9.0), pytest.approx(9.0)),
    ]
    assert weight.probability == pytest.approx(512 / 513)
    assert weight.carried == ()


def test_without_estimates_a_pair_has_no_weight(tmp_path):
    pair = explain_pair(write_output(tmp_path / "out"), "acct-0", "acct-1")
    assert pair.weight is None
    assert len(pair.shared) == 2
