"""What a ring would be without parts of its evidence."""

from dataclasses import asdict, replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from webs import web
from worlds import run, small_world

from linkage.rings import remainders
from linkage.rings.calibration import Calibration, calibration_of
from linkage.rings.counterfactuals import counterfactuals, counterfactuals_of, standings
from linkage.rings.read import read_rings
from linkage.rings.ring_graph import read_ring_graph

TWO_CARDS = [[9, 0, 3], [9, 0, 3], [9, 0, 3], [0, 9, 3], [0, 9, 3], [0, 9, 3]]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    return run(small_world(folder / "world"), folder / "out")


def _without(graph, at):
    gone = np.arange(len(graph.identifiers)) == at
    return standings(graph, [("it", "identifier", gone)])[0]


def test_without_what_joins_them_a_ring_falls_into_pieces():
    # The third identifier alone joins two cards of three accounts.
    graph = web(TWO_CARDS)
    joint = next(at for at, one in enumerate(graph.identifiers) if one.n_accounts_in_ring == 6)
    left = _without(graph, joint)
    assert (left.n_accounts, left.n_pieces, left.bits) == (3, 2, 5.0)


def test_without_its_card_an_account_that_has_nothing_else_leaves():
    graph = web([[9, 0], [9, 0], [9, 6], [0, 6], [0, 6]])
    card = next(at for at, one in enumerate(graph.identifiers) if one.n_accounts_in_ring == 2 + 1
                and one.bits == 27.0)
    left = _without(graph, card)
    assert (left.n_accounts, left.bits) == (3, 2.0)


def test_who_shares_with_nobody_who_stays_leaves_as_well():
    # Without the first identifier the third account is below even odds; the fourth shares
    # the second with it alone.
    graph = web([[9, 0], [9, 0], [9, 3], [0, 6]])
    first = next(at for at, one in enumerate(graph.identifiers) if one.bits == 27.0)
    assert _without(graph, first).n_accounts == 0


def test_nothing_taken_away_is_the_ring_itself():
    graph = web(TWO_CARDS)
    now = counterfactuals(graph).now
    assert (now.n_accounts, now.n_pieces, now.bits, now.tier) == (6, 1, 8.0, None)


def test_hubs_are_what_strangers_hold_and_what_only_corroborates():
    graph = web(TWO_CARDS, creates=[True, True, False], strangers=[0, 50, 0])
    (hubs,) = [row for row in counterfactuals(graph).without if row.sort == "hubs"]
    assert hubs.n_accounts == 3


def test_the_rules_put_every_whole_ring_where_the_run_put_it(out):
    for ring in read_rings(out):
        graph = read_ring_graph(out, ring.ring_id)
        nothing = np.zeros(len(graph.identifiers), dtype=bool)
        (now,) = standings(graph, [("nothing", "nothing", nothing)])
        assert (now.n_accounts, now.tier) == (ring.n_accounts, ring.tier)


def test_what_if_is_asked_of_the_calibration_that_the_run_judged_by(out):
    graph = read_ring_graph(out, read_rings(out)[0].ring_id)
    mild = replace(graph, calibration=calibration_of(
        {"calibration": asdict(Calibration(number=1, prior_nats=-40.0))}))
    assert (counterfactuals(graph).now.tier, counterfactuals(mild).now.tier) == (
        "enforce", "benign")


def test_an_operator_stands_without_any_one_card_and_falls_without_its_evidence(out):
    ring = read_rings(out)[0]
    graph = read_ring_graph(out, ring.ring_id)
    rows = {row.without: row for row in counterfactuals(graph).without}
    cards = [row for name, row in rows.items() if name.startswith("paid with card")]
    assert cards
    assert {row.tier for row in cards} == {ring.tier}
    everything = np.ones(len(graph.identifiers), dtype=bool)
    (nothing,) = standings(graph, [("everything", "identifiers", everything)])
    assert (nothing.n_accounts, nothing.tier) == (0, "benign")


def test_an_output_without_measures_names_no_tier(out, tmp_path):
    ring = read_rings(out)[0]
    for name in ("rings", "members", "evidence"):
        pq.write_table(pq.read_table(out / f"{name}.parquet"), tmp_path / f"{name}.parquet")
    (tmp_path / "manifest.json").write_text((out / "manifest.json").read_text())
    now = counterfactuals(read_ring_graph(tmp_path, ring.ring_id)).now
    assert (now.n_accounts, now.tier) == (ring.n_accounts, None)


def test_answers_are_the_same_one_by_one_and_at_once(out, monkeypatch):
    graph = read_ring_graph(out, read_rings(out)[0].ring_id)
    at_once = counterfactuals(graph)
    for most in (1, 3 * graph.bits.nnz):
        monkeypatch.setattr(remainders, "AT_ONCE", most)
        assert counterfactuals(graph) == at_once


def test_rings_that_are_asked_about_together_are_told_what_each_is_told_alone(out):
    graphs = [read_ring_graph(out, ring.ring_id) for ring in read_rings(out)[:4]]
    # One that lacks a measure that the others have, and one that was not measured.
    lacking = {name: value for name, value in graphs[0].measures.items() if name != "alias_share"}
    assert len(lacking) < len(graphs[0].measures)
    graphs += [replace(graphs[0], measures=lacking), replace(graphs[1], measures={})]
    assert counterfactuals_of(graphs) == [counterfactuals(graph) for graph in graphs]
