"""A forgotten account is gone from the graph, which is then what its run's output says."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from desks import new_desk
from graphs import opened, rows, snapshot

from linkage.cli import cli
from linkage.errors import GraphStoreError
from linkage.forget import Places, forget
from linkage.investigate.load import load
from linkage.investigate.selection import Selection
from linkage.queries import statement
from linkage.settings import Settings

WHO = "acct-03"
EVERYTHING = Selection(everything=True)


@pytest.fixture
def desk(tmp_path):
    desk = new_desk(tmp_path / "desk")
    (desk.drop / "first" / "links.csv").write_text(
        "account_id_l,account_id_r,kind\n"
        + "".join(f"{WHO},acct-{at:02d},referral\n" for at in (0, 1, 2, 4, 5)))
    desk.go()
    return desk


def test_the_graph_is_then_what_a_load_of_the_rewritten_output_gives(
    desk, empty_graph, neo4j_uri, neo4j_auth
):
    with opened(neo4j_uri, neo4j_auth) as graph:
        load(desk.out, graph, EVERYTHING)
        for who in (WHO, "acct-04"):
            graph.write((statement("explore", "decide_account"), {
                "account_id": who, "decision": "benign", "note": "n", "decided_by": "Ada"}))
        made = CliRunner(env={"NEO4J_PASSWORD": neo4j_auth[1]}).invoke(cli, [
            "forget", WHO, "--config", str(desk.config), "--uri", neo4j_uri, "--json"])
        assert made.exit_code == 0, made.output
        told = json.loads(made.stdout)["neo4j"]
        assert (told["accounts"], told["decisions"], told["identifiers"]) == (1, 1, 1)
        found = snapshot(empty_graph, with_runs=False)
        assert WHO not in repr(found)
        decided = rows(empty_graph, "match (d:Decision) return d.account_id as account_id")
        assert decided == [{"account_id": "acct-04"}]
        empty_graph.execute_query("match (n) detach delete n")
        load(desk.out, graph, EVERYTHING)
    wanted = snapshot(empty_graph, with_runs=False)
    assert [one for one in found["nodes"] if "Decision" not in one] == wanted["nodes"]
    assert [one for one in found["links"] if "ABOUT" not in one] == wanted["links"]


def test_a_graph_that_fails_is_made_up_for_by_the_next_start(
    desk, empty_graph, neo4j_uri, neo4j_auth
):
    state, at = desk.folder / "state", datetime(2026, 6, 5, tzinfo=UTC)
    with opened(neo4j_uri, neo4j_auth) as graph:
        load(desk.out, graph, EVERYTHING)

    def places(password):
        return Places(state=state, outs=(desk.out,),
                      graph=lambda: opened(neo4j_uri, (neo4j_auth[0], password)))

    with pytest.raises(GraphStoreError, match="refuses the user or password"):
        forget({WHO}, places("wrong"), settings=Settings(), at=at)
    receipt, _ = forget({WHO}, places(neo4j_auth[1]), settings=Settings(), at=at)
    assert receipt.removed["neo4j"]["accounts"] == 1
    assert WHO not in repr(snapshot(empty_graph))
    again, _ = forget({WHO}, places(neo4j_auth[1]), settings=Settings(), at=at)
    assert again.n_removed == 0
