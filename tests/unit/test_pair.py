"""The waterfall of a pair adds up to the weight that the run used."""

import json
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from outputs import write_output
from worlds import run

import linkage.job as job
from linkage import schema
from linkage.errors import InputError
from linkage.rings.explain import explain_pair
from linkage.simulate import OPERATORS, RingPlan, simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run with direct relations, and the weights of its strong pairs as it used them."""
    folder = tmp_path_factory.mktemp("small")
    simulate(
        folder / "world", n_accounts=400, seed=6, prompts=True, days=10, rings=[
            RingPlan(n_accounts=size, operator=OPERATORS[name], mean_events=10)
            for name, size in (("residential_proxy", 30), ("referral_tree", 20), ("chain", 12),
                               ("small_manual", 8))
        ],
    )
    used = {}
    whole = job.strong_pairs

    def kept(best, weights):
        used["pair"], used["bits"] = whole(best, weights)
        return used["pair"], used["bits"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "strong_pairs", kept)
        out = run(folder / "world", folder / "out")
    names = pq.read_table(out / "graph" / "accounts.parquet")["account_id"].to_pylist()
    return out, names, used


def test_the_steps_end_at_the_weight_that_the_run_used(world):
    out, names, used = world
    relations = pq.read_table(out / "graph" / "relations.parquet").to_pandas()
    linked = relations["account_ix_l"].to_numpy() * len(names) + relations["account_ix_r"]
    is_linked = np.isin(used["pair"], linked)
    rng = np.random.default_rng(0)
    some = np.concatenate([
        rng.permutation(np.flatnonzero(kind))[:n] for kind, n in ((is_linked, 15), (~is_linked, 20))
    ])
    assert is_linked[some].sum() >= 12
    for at in some:
        pair, bits = used["pair"][at], used["bits"][at]
        weight = explain_pair(out, names[pair // len(names)], names[pair % len(names)]).weight
        assert weight is not None
        assert weight.bits == pytest.approx(sum(step.bits for step in weight.steps))
        assert weight.bits == pytest.approx(bits, abs=1e-3)


def test_nothing_that_both_hold_goes_unsaid(world):
    out, names, used = world
    held = pq.read_table(out / "graph" / "holdings.parquet").to_pandas()
    own = held.groupby("account_ix")["identifier_ix"].agg(set)
    n_unsaid = 0
    for pair in used["pair"][:: max(len(used["pair"]) // 20, 1)]:
        left, right = pair // len(names), pair % len(names)
        weight = explain_pair(out, names[left], names[right]).weight
        said = len(weight.steps) - 1 + len(weight.not_counted)
        assert said >= len(own[left] & own[right]) > 0
        n_unsaid += len(weight.not_counted)
    assert n_unsaid


def test_accounts_outside_of_rings_have_a_weight_too(world):
    out, names, used = world
    members = set(pq.read_table(out / "members.parquet")["account_id"].to_pylist())
    outside = next(
        (names[pair // len(names)], names[pair % len(names)]) for pair in used["pair"]
        if not {names[pair // len(names)], names[pair % len(names)]} & members
    )
    pair = explain_pair(out, *outside)
    assert pair.verdict == "not linked: neither is in a ring"
    assert len(pair.weight.steps) > 1


def _graph(folder, holdings):
    """Write the graph tables of two accounts who hold a card and a template."""
    folder.mkdir()
    identifiers = [
        {"identifier_ix": at, "identifier_id": "0" * 32, "kind": kind, "label": label,
         "n_accounts": n, "is_hub": False}
        for at, (kind, label, n) in enumerate((("card", "•••• 4242", 2),
                                               ("prompt_template", "template 3fa2b1", 4)))
    ]
    accounts = [{"account_ix": at, "account_id": f"acct-{at}", "n_events": 1} for at in (0, 1)]
    for name, rows, form in (
        ("accounts", accounts, schema.GRAPH_ACCOUNTS),
        ("identifiers", identifiers, schema.GRAPH_IDENTIFIERS),
        ("holdings", holdings, schema.GRAPH_HOLDINGS), ("relations", [], schema.GRAPH_RELATIONS),
    ):
        pq.write_table(pa.Table.from_pylist(rows, form), folder / f"{name}.parquet")


def _hold(account, identifier, day):
    seen_at = datetime(2026, 5, day, tzinfo=UTC)
    return {"account_ix": account, "identifier_ix": identifier, "first_seen_at": seen_at,
            "last_seen_at": seen_at}


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
            "reliability": {"card": [0.5, 0.1], "prompt_template": [0.9, 1 / 3]},
        },
    }
    path.write_text(json.dumps(manifest))
    _graph(folder / "graph", [_hold(0, 0, 1), _hold(0, 1, 1), _hold(1, 0, 1), _hold(1, 1, 1)])
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
    assert weight.not_counted == ()


def test_the_time_between_takes_away(out):
    """A half-life of 30 days leaves half of the card's bits."""
    apart = [_hold(0, 0, 1), _hold(1, 0, 31)]
    path = out / "graph" / "holdings.parquet"
    pq.write_table(pa.Table.from_pylist(apart, schema.GRAPH_HOLDINGS), path)
    weight = explain_pair(out, "acct-1", "acct-0").weight
    assert [(step.sentence, step.bits) for step in weight.steps[1:]] == [
        ("paid with card •••• 4242 (30 days apart)", pytest.approx(5.0)),
    ]


def test_accounts_that_share_nothing_and_are_in_no_ring_are_an_error(out):
    with pytest.raises(InputError, match="share nothing"):
        explain_pair(out, "acct-98", "acct-99")


def test_without_estimates_a_pair_has_no_weight(tmp_path):
    pair = explain_pair(write_output(tmp_path / "out"), "acct-0", "acct-1")
    assert pair.weight is None
    assert len(pair.shared) == 2
