"""The questions for Neo4j Browser: each answers, is bounded, and says the truth."""

import re

import networkx as nx
import pytest
from graph_seed import EVIL, GROWN, WIDE, load_seed, small_graph
from graph_server import clear
from literals import literal

from linkage.investigate.pages import guide, saved_queries
from linkage.queries import statement, statements

N_WIDE = 1_000
QUESTIONS = {one.name: one for one in statements("explore")}
MOST_NODES = 150
"""A picture with more is not read."""


@pytest.fixture(scope="module")
def graph(neo4j_driver):
    clear(neo4j_driver)
    load_seed(neo4j_driver, small_graph(n_wide=N_WIDE))
    return neo4j_driver


@pytest.fixture(scope="module")
def given(graph):
    device = graph.execute_query(
        "match (i:Identifier {label: 'dev-1'}) return i.identifier_id as id"
    ).records[0]["id"]
    return {
        "ring_id": GROWN, "account_id": "a-00", "account_id_l": "a-03", "account_id_r": "b-03",
        "identifier_id": device, "page": 0,
    }


def _ask(graph, name, **values):
    return [row.data() for row in graph.execute_query(QUESTIONS[name].body, values).records]


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_each_header_says_what_the_statement_does(name):
    query = QUESTIONS[name]
    told = set(re.findall(r"\$(\w+)", query.header("Parameters")))
    assert told == query.parameters
    assert all(query.header(field) for field in ("Title", "Folder", "Purpose", "Bounded"))
    # What no answer means is said once, for the table and its picture.
    assert bool(query.header("Empty")) == ("." not in name)
    if not name.endswith(".graph"):
        given = re.split(r",\s*", query.header("Returns"))
        returned = query.body.rpartition("\nRETURN")[2]
        assert all(re.search(rf"\b{one}\b", returned) for one in given), given


def test_each_question_has_a_table_a_picture_and_a_count():
    tables = {name for name in QUESTIONS if "." not in name and not name.startswith("decide_")}
    assert len(tables) >= 17
    for name in tables:
        assert {f"{name}.graph", f"{name}.count"} <= set(QUESTIONS)


@pytest.mark.parametrize("name", sorted(n for n in QUESTIONS if not n.startswith("decide_")))
@pytest.mark.parametrize("ring_id", [GROWN, WIDE])
def test_each_question_answers_within_its_bound(graph, given, name, ring_id):
    found = graph.execute_query(QUESTIONS[name].body, given | {"ring_id": ring_id})
    assert len(found.records) <= 400
    if name.endswith(".graph"):
        nodes = {node.element_id for node in _nodes(found.records)}
        assert len(nodes) <= MOST_NODES
        assert nodes or name.split(".")[0] in _EMPTY


_EMPTY = {"innocents_check", "without_identifier", "weakest_links", "decisions",
          "crowded_identifiers", "one_hop_outside"}
"""Pictures of what need not be there."""


def _nodes(value):
    """Yield every node inside an answer."""
    if hasattr(value, "nodes"):
        yield from value.nodes
    elif hasattr(value, "labels"):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _nodes(one)


def test_what_is_new_leaves_out_what_was_decided(graph):
    before = {row["ring_id"] for row in _ask(graph, "rings_tonight")}
    assert before == {"ring-a1", "ring-b2", "ring-c3", "ring-d4", "ring-f6"}
    _ask(graph, "decide_ring", ring_id="ring-b2", decision="disputed", note="n", decided_by="Ana")
    assert before - {row["ring_id"] for row in _ask(graph, "rings_tonight")} == {"ring-b2"}
    _ask(graph, "decide_ring", ring_id="ring-b2", decision="confirmed", note="n", decided_by="Bo")
    assert {row["ring_id"] for row in _ask(graph, "rings_tonight")} == before
    made = [row["decision"] for row in _ask(graph, "decisions") if row["about"] == "ring-b2"]
    assert made == ["confirmed", "disputed"]


@pytest.mark.parametrize("values", [
    {"decision": "guilty"}, {"note": "  "}, {"decided_by": ""}, {"ring_id": "ring-no"},
])
def test_a_decision_that_lacks_something_is_not_written(graph, values):
    whole = {"ring_id": "ring-d4", "decision": "benign", "note": "why", "decided_by": "Ana"}
    assert _ask(graph, "decide_ring", **(whole | values)) == []
    assert graph.execute_query(
        "match (d:Decision {ring_id: 'ring-d4'}) return d"
    ).records == []


def test_a_ring_that_is_back_is_known_by_what_banned_accounts_held(graph):
    assert _ask(graph, "respawned_rings") == [{
        "ring_id": "ring-b2", "tier": "review", "n_accounts": 12, "came_from": "ring-z0",
        "n_before": 3, "days_between": 4, "same_means": ["card …4242"], "n_ended": 3,
    }]
    assert _ask(graph, "respawned_rings.count") == [
        {"tier": "review", "n_rings": 1, "n_accounts": 12, "n_ended_rings": 1}]
    picture = graph.execute_query(QUESTIONS["respawned_rings.graph"].body).records
    told = {node.get("ring_id") or node.get("label") or node.get("account_id")
            for node in _nodes(picture)}
    assert told >= {"ring-b2", "ring-z0", "…4242", "z-0"}
    new = {row["ring_id"]: row["other_rings"] for row in _ask(graph, "rings_tonight")}
    assert new["ring-b2"] == ["ring-z0"]


def test_the_skeleton_is_the_maximum_tree_of_the_ties_it_was_given(graph):
    rows = _ask(graph, "ring_skeleton", ring_id=GROWN)
    tied = graph.execute_query(
        "match (a:Account)-[m:MEMBER_OF]->(:Ring {ring_id: $ring_id}) "
        "with collect(a) as sure unwind sure as a "
        "call (a, sure) { match (a)-[t:USED|LINKED_TO]-(o) where t.bits > 0 "
        "and (o:Identifier or o in sure and a.account_id < o.account_id) "
        "return t, o order by t.bits desc, elementId(t) limit 5 } "
        "return elementId(a) as l, elementId(o) as r, t.bits as bits", ring_id=GROWN
    ).records
    ties = nx.Graph()
    ties.add_weighted_edges_from([(row["l"], row["r"], row["bits"]) for row in tied])
    oracle = nx.maximum_spanning_tree(ties)
    assert len(rows) == oracle.number_of_edges()
    assert sum(row["bits"] for row in rows) == pytest.approx(oracle.size(weight="weight"))


def test_shares_add_up_and_the_bridge_is_found(graph):
    held = _ask(graph, "ring_identifiers", ring_id=GROWN)
    assert sum(row["share_of_bits"] for row in held) == pytest.approx(1, abs=0.01)
    assert held[0]["label"] == "dev-1"
    bridges = [row for row in _ask(graph, "weakest_links", ring_id=GROWN) if row["n_joining"]]
    assert {row["account_id"] for row in bridges} == {"a-00"}


def test_a_path_never_goes_through_a_public_hub(graph):
    path = _ask(graph, "evidence_path", account_id_l="a-03", account_id_r="b-03")
    assert [row["kind"] for row in path] == ["prompt_template", "account"]
    assert _ask(graph, "evidence_path", account_id_l="a-03", account_id_r="vpn-001") == []
    shared = _ask(graph, "evidence_path.count", account_id_l="a-03", account_id_r="vpn-001")
    assert shared == [{"n_shared": 0, "n_shared_hubs": 1}]


def test_members_fall_without_the_only_identifier_that_holds_them(graph):
    device = graph.execute_query(
        "match (i:Identifier {label: 'dev-split'}) return i.identifier_id as id"
    ).records[0]["id"]
    found = _ask(graph, "without_identifier.count", ring_id="ring-d4", identifier_id=device)
    assert found == [{"n_in_ring": 8, "n_holding": 8, "n_falling": 8, "n_left": 0}]


def test_pages_of_members_hold_each_member_once(graph):
    pages = [_ask(graph, "ring_members", ring_id=WIDE, page=page) for page in range(N_WIDE // 50)]
    assert len({row["account_id"] for page in pages for row in page}) == N_WIDE


def test_innocents_are_told_by_organisation_and_hour(graph):
    rows = {(row["what"], row["value"]): row["share"] for row in
            _ask(graph, "innocents_check", ring_id="ring-e5")}
    assert rows["organization", "Acme GmbH"] == 1
    assert rows["hour made", "10:00"] == 1


@pytest.mark.parametrize("text", EVIL)
def test_a_hostile_text_stays_data(graph, text):
    n_before = graph.execute_query("match (n) return count(n) as n").records[0]["n"]
    found = _ask(graph, "account", account_id=text)
    assert any(row["what"] == "ring" and row["value"].startswith("ring-c3") for row in found)
    made = _ask(graph, "decide_account", account_id=text, decision="benign", note=text,
                decided_by=text)
    assert (made[0]["about"], made[0]["note"], made[0]["decided_by"]) == (text, text, text)
    assert graph.execute_query("match (n) return count(n) as n").records[0]["n"] == n_before + 1


@pytest.mark.parametrize(
    "text", [*EVIL, "", "it's", "\\", "\\u0027 + 'x", "''\\'", "a\nb\tc", "\U0001f600"]
)
def test_a_literal_is_the_text_whatever_it_holds(graph, text):
    assert graph.execute_query(f"return {literal(text)} as text").records[0]["text"] == text


def test_labels_for_style_follow_the_properties(graph):
    for name in ("look_of_rings", "look_of_hubs"):
        assert _ask_load(graph, name) == [{"n": 0}]
    graph.execute_query("match (r:Ring {ring_id: 'ring-b2'}) set r.tier = 'watch'")
    graph.execute_query("match (i:Hub) set i.is_hub = false")
    assert (_ask_load(graph, "look_of_rings"), _ask_load(graph, "look_of_hubs")) == (
        [{"n": 1}], [{"n": 1}])
    row = graph.execute_query(
        "match (r:Ring {ring_id: 'ring-b2'}) return labels(r) as labels, count{(:Hub)} as n"
    ).records[0]
    assert (sorted(row["labels"]), row["n"]) == (["Ring", "Watch"], 0)


def _ask_load(graph, name):
    return [row.data() for row in graph.execute_query(statement("load", name).body).records]


def test_the_guide_shows_statements_as_text_and_leaves_no_mark():
    page = guide()
    assert "{{" not in page.replace("{{7*7}}", "")
    assert "-&gt;(ring)" in page
    assert "<-[" not in page


def test_saved_queries_name_what_they_need_and_come_in_five_folders():
    queries = saved_queries()
    assert len({query.folder for query in queries}) == 5
    assert len({query.id for query in queries}) == len(QUESTIONS)
    opened = next(query for query in queries if query.id == "ring_summary.graph")
    assert opened.content.startswith("// 1 Open a ring: picture\n")
    assert "// needs :param ring_id" in opened.content
