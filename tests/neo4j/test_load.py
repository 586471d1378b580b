"""A load into a real Neo4j: it equals the files, twice, killed, older, overtaken."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from graph_server import clear
from graphs import evil_world, killed_load, opened, renamed, rows, run, snapshot
from worlds import small_world, two_ring_world

from linkage.errors import GraphStoreError, LockedError
from linkage.investigate.lease import Lease
from linkage.investigate.load import load
from linkage.investigate.selection import Selection, counts
from linkage.queries import statement

EVERYTHING = Selection(everything=True)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load")
    return renamed(run(small_world(folder / "in"), folder / "out"), "2026-06-01T000000Z")


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A night with few rows, for the tests that load it again and again."""
    folder = tmp_path_factory.mktemp("night")
    return renamed(run(two_ring_world(folder / "in"), folder / "out"), "2026-06-01T000000Z")


@pytest.fixture(scope="module")
def later(night, tmp_path_factory):
    """A later night, on which the largest ring is gone."""
    folder = tmp_path_factory.mktemp("later") / "out"
    shutil.copytree(night, folder)
    gone = pq.read_table(folder / "rings.parquet").sort_by(
        [("n_accounts", "descending")])["ring_id"][0].as_py()
    for name in ("rings", "members", "evidence"):
        table = pq.read_table(folder / f"{name}.parquet")
        kept = [ring != gone for ring in table["ring_id"].to_pylist()]
        pq.write_table(table.filter(kept), folder / f"{name}.parquet")
    return renamed(folder, "2026-06-02T000000Z")


@pytest.fixture(scope="module")
def loaded(out, neo4j_driver, neo4j_uri, neo4j_auth):
    """The whole run, loaded once for the tests that only look."""
    clear(neo4j_driver)
    with opened(neo4j_uri, neo4j_auth) as graph:
        load(out, graph, EVERYTHING)
    return neo4j_driver


@pytest.fixture
def graph(empty_graph, neo4j_uri, neo4j_auth):
    with opened(neo4j_uri, neo4j_auth) as graph:
        yield graph


def _file(out, name, *columns):
    table = pq.read_table(out / f"{name}.parquet")
    return table.select(columns or table.column_names).to_pylist()


def _sorted(found):
    return sorted(found, key=lambda row: str(sorted(row.items(), key=str)))


# What is in the graph


def test_rings_equal_the_file_row_for_row(loaded, out):
    wanted = _file(out, "rings")
    columns = ", ".join(f"r.{name} as {name}" for name in wanted[0])
    assert _sorted(rows(loaded, f"match (r:Ring) return {columns}")) == _sorted(wanted)


def test_members_equal_the_file_row_for_row(loaded, out):
    found = rows(loaded, "match (a:Account)-[m:MEMBER_OF]->(r:Ring) return r.ring_id as "
                 "ring_id, a.account_id as account_id, m.confidence as confidence, m.tier as tier, "
                 "m.role as role, m.reason_codes as reason_codes, "
                 "m.evidence_bits as evidence_bits, m.stability as stability")
    assert _sorted(found) == _sorted(_file(out, "members", *found[0]))


def test_evidence_equals_the_file_row_for_row(loaded, out):
    found = rows(loaded, "match (r:Ring)<-[:MEMBER_OF]-(a:Account)-[u:USED]->(i:Identifier) "
                 "where u.bits is not null return r.ring_id as ring_id, a.account_id as "
                 "account_id, i.kind as kind, i.identifier_id as identifier_id, i.label as label, "
                 "u.bits as bits, u.first_seen_at as first_seen_at, "
                 "u.last_seen_at as last_seen_at")
    wanted = [
        row for row in _file(out, "evidence", *found[0]) if row["kind"] not in ("prior", "absence")
    ]
    stars = {row["identifier_id"] for row in _file(out, "graph/accounts", "account_id")
             for row in [{"identifier_id": row["account_id"]}]}
    for row in wanted:
        if row["identifier_id"] in stars:
            row["identifier_id"] = f"{row['kind']}:{row['identifier_id']}"
    assert _sorted(found) == _sorted(wanted)
    assert any(":" in row["identifier_id"] for row in found)


def test_bits_of_a_member_add_up_in_the_graph(loaded, out):
    found = rows(loaded, "match (a:Account)-[m:MEMBER_OF]->() optional match "
                 "(a)-[u:USED]->() with m, sum(coalesce(u.bits, 0)) as bits return "
                 "m.evidence_bits as told, bits + m.prior_bits + m.absence_bits as added")
    assert len(found) > 50
    assert all(row["told"] == pytest.approx(row["added"], abs=1e-3) for row in found)


def test_everything_means_every_account_identifier_and_holding(loaded, out):
    accounts = rows(loaded, "match (a:Account) return a.account_id as account_id, "
                    "a.created_at as created_at, a.country as country, a.n_events as n_events")
    assert _sorted(accounts) == _sorted(_file(
        out, "graph/accounts", "account_id", "created_at", "country", "n_events"))
    (used,) = rows(loaded, "match ()-[u:USED]->() where u.n_events is not null "
                   "return count(*) as n")
    assert used["n"] == pq.read_metadata(out / "graph" / "holdings.parquet").num_rows


def test_links_are_stored_once_and_in_the_order_of_ids(loaded, out):
    found = rows(loaded, "match (l:Account)-[k:LINKED_TO]->(r:Account) "
                 "return l.account_id as l, r.account_id as r, k.kinds as kinds")
    assert len(found) == pq.read_metadata(out / "graph" / "links.parquet").num_rows
    assert all(row["l"] < row["r"] and row["kinds"] for row in found)


def test_a_tier_brings_its_rings_and_whoever_shares_a_rare_identifier(graph, empty_graph, night):
    result = load(night, graph, Selection(("enforce",)))
    assert result.written == counts(night, Selection(("enforce",)))
    assert {row["tier"] for row in rows(empty_graph, "match (r:Ring) return r.tier as tier")} == {
        "enforce"}
    stray = rows(empty_graph, "match (a:Account) where not (a)-[:MEMBER_OF]->() and not exists {"
                 "(a)-[:USED]->(i:Identifier) where not i.is_hub and i.n_accounts <= 50} "
                 "return a.account_id as account_id")
    assert stray == []


def test_instants_are_kept_to_the_microsecond_even_before_1970(graph, empty_graph, night, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(night, folder)
    path = folder / "graph" / "accounts.parquet"
    table = pq.read_table(path)
    created = [-2_177_452_800_000_001, 0, 999_999, None]
    created += [1_780_000_000_123_456] * (table.num_rows - len(created))
    at = table.schema.get_field_index("created_at")
    field = table.schema.field(at)
    pq.write_table(table.set_column(at, field, pa.array(created, field.type)), path)
    load(folder, graph, EVERYTHING)
    found = rows(empty_graph, "match (a:Account) return a.account_id as account_id, "
                 "a.created_at as created_at")
    assert _sorted(found) == _sorted(_file(folder, "graph/accounts", "account_id", "created_at"))


def test_ids_labels_and_notes_stay_data(graph, empty_graph, tmp_path):
    out = run(evil_world(tmp_path / "in"), tmp_path / "out")
    load(out, graph, EVERYTHING)
    found = {row["account_id"]: row["organization"] for row in rows(
        empty_graph, "match (a:Account) return a.account_id as account_id, "
        "a.organization as organization")}
    wanted = _file(out, "graph/accounts", "account_id", "organization")
    assert found == {row["account_id"]: row["organization"] for row in wanted}
    labels = {row["label"] for row in rows(empty_graph, "match (i:Identifier) "
                                           "return i.label as label")}
    assert labels >= {row["label"] for row in _file(out, "graph/identifiers", "label")}
    known = {row["label"] for row in rows(empty_graph, "call db.labels() yield label return label")}
    assert not {label for label in known if not label.isalpha()}


# Again, killed, older, overtaken


def test_loading_twice_changes_nothing(graph, empty_graph, night):
    load(night, graph, EVERYTHING)
    before = snapshot(empty_graph)
    load(night, graph, EVERYTHING)
    assert snapshot(empty_graph) == before


def test_killed_midway_and_run_again_it_ends_the_same(
    graph, empty_graph, neo4j_uri, neo4j_auth, night, later
):
    load(night, graph, EVERYTHING)
    load(later, graph, EVERYTHING)
    wanted = snapshot(empty_graph, with_runs=False)
    empty_graph.execute_query("match (n) detach delete n")
    load(night, graph, EVERYTHING)
    for n_writes in (10, 40):
        killed_load(later, neo4j_uri, neo4j_auth, n_writes=n_writes)
    (run_,) = rows(empty_graph, "match (r:Run) where not r.is_whole return r.run_id as run_id")
    assert run_["run_id"] == "2026-06-02T000000Z"
    load(later, graph, EVERYTHING)
    assert snapshot(empty_graph, with_runs=False) == wanted


def test_an_older_run_is_refused_and_changes_nothing(graph, empty_graph, night, later):
    load(later, graph, EVERYTHING)
    before = snapshot(empty_graph)
    with pytest.raises(GraphStoreError, match="is older than run 2026-06-02T000000Z"):
        load(night, graph, EVERYTHING)
    assert snapshot(empty_graph) == before


def test_another_part_of_the_same_run_leaves_nothing_of_the_first(graph, empty_graph, night):
    chosen = Selection(("enforce",))
    load(night, graph, chosen)
    wanted = snapshot(empty_graph, with_runs=False)
    load(night, graph, EVERYTHING)
    load(night, graph, chosen)
    assert snapshot(empty_graph, with_runs=False) == wanted


def test_a_load_that_is_overtaken_stops_and_writes_nothing_more(graph, empty_graph, night):
    load(night, graph, EVERYTHING)
    first = Lease(graph, "2026-06-01T000000Z")
    second = Lease(graph, "2026-06-01T000000Z")
    sweep = statement("sweep", "nodes")
    before = snapshot(empty_graph, with_runs=False)
    with pytest.raises(LockedError, match="another load took over"):
        first.write(sweep, run_id="", n_rows=10)
    assert snapshot(empty_graph, with_runs=False) == before
    second.drop()
    assert rows(empty_graph, "match (l:Lease) return l.name as name") == []


def test_a_reader_never_sees_a_gap(graph, empty_graph, night, tmp_path, monkeypatch):
    load(night, graph, EVERYTHING)
    tomorrow = tmp_path / "out"
    shutil.copytree(night, tomorrow)
    renamed(tomorrow, "2026-06-03T000000Z")
    query = "match (:Account)-[m:MEMBER_OF]->(r:Ring) return count(*) as n"
    (whole,) = rows(empty_graph, query)
    seen = []
    monkeypatch.setattr("linkage.investigate.load.N_ROWS", 100)
    load(tomorrow, graph, EVERYTHING, follow=lambda name: lambda done, planned: seen.append(
        (name, rows(empty_graph, query)[0]["n"])))
    assert {name for name, _ in seen} >= {"accounts", "USED", "MEMBER_OF", "nodes"}
    assert len(seen) > 20
    assert {n for _, n in seen} == {whole["n"]}


def test_lineage_keeps_the_earlier_ring_it_names(graph, empty_graph, night, later, tmp_path):
    load(night, graph, EVERYTHING)
    gone = ({row["ring_id"] for row in _file(night, "rings", "ring_id")}
            - {row["ring_id"] for row in _file(later, "rings", "ring_id")}).pop()
    ring = _file(later, "rings", "ring_id")[0]["ring_id"]
    folder = tmp_path / "out"
    shutil.copytree(later, folder)
    pq.write_table(pa.table({
        "ring_id": [ring, ring, ring],
        "relation": ["CONTINUES", "RESPAWNED_FROM", "rings`]->() //"],
        "other_ring_id": [gone, gone, gone],
    }), folder / "lineage.parquet")
    load(folder, graph, EVERYTHING)
    found = rows(empty_graph, "match (r:Ring)-[how]->(o:Ring) return type(how) as how, r.ring_id "
                 "as ring, o.ring_id as other, o.is_past as is_past, o.n_accounts > 0 as known "
                 "order by how")
    assert found == [
        {"how": how, "ring": ring, "other": gone, "is_past": True, "known": True}
        for how in ("CONTINUES", "RESPAWNED_FROM")]
    (folder / "lineage.parquet").unlink()
    load(renamed(folder, "2026-06-03T000000Z"), graph, EVERYTHING)
    assert rows(empty_graph, "match (:Ring)-[how]->(:Ring) return how") == []
