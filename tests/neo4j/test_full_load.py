"""A full load through the import tool gives the very graph that a delta gives."""

import shutil

import neo4j
import pytest
from graph_server import HEAP_MB, PAGE_CACHE_MB, PATIENCE_SECONDS, free_ports
from graphs import evil_world, opened, renamed, rows, run, snapshot

from linkage.errors import GraphStoreError
from linkage.investigate import bulk, server
from linkage.investigate.access import find_access
from linkage.investigate.bulk import full_load
from linkage.investigate.decisions import pull
from linkage.investigate.load import load
from linkage.investigate.selection import Selection
from linkage.queries import statement

EVERYTHING = Selection(everything=True)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    return renamed(run(evil_world(folder / "in"), folder / "out"), "2026-06-01T000000Z")


@pytest.fixture(scope="module")
def own_server(neo4j_server, tmp_path_factory):
    """A server of this module's own: a full load restarts it."""
    http_port, bolt_port = free_ports(2)
    folder = tmp_path_factory.mktemp("own")
    server.start(server.Server(
        folder=folder, http_port=http_port, bolt_port=bolt_port, heap_mb=HEAP_MB,
        page_cache_mb=PAGE_CACHE_MB,
    ), wait_seconds=PATIENCE_SECONDS)
    yield folder
    server.stop(folder)


@pytest.fixture
def access(own_server, monkeypatch):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    return find_access(own_server)


def _look(access, look):
    with neo4j.GraphDatabase.driver(
        access.uri, auth=(access.user, access.password)
    ) as driver:
        return look(driver)


def test_a_full_load_equals_a_delta_and_keeps_decisions(own_server, access, out, tmp_path):
    auth = (access.user, access.password)
    with opened(access.uri, auth) as graph:
        load(out, graph, EVERYTHING)
        ring = rows_of(access, "match (r:Ring) return r.ring_id as ring_id")[0]["ring_id"]
        graph.write((statement("explore", "decide_ring"), {
            "ring_id": ring, "decision": "benign", "note": "it's `fine`", "decided_by": "Ada"}))
        decided = pull(graph)
    wanted = _look(access, lambda driver: snapshot(driver, with_runs=False))
    before = server.served_database(own_server)
    later = tmp_path / "out"
    shutil.copytree(out, later)
    full_load(renamed(later, "2026-06-02T000000Z"), own_server, access, EVERYTHING)
    assert server.served_database(own_server) != before
    found = _look(access, lambda driver: snapshot(driver, with_runs=False))
    assert {
        part: [line.replace("2026-06-02T000000Z", "2026-06-01T000000Z") for line in lines]
        for part, lines in found.items()
    } == wanted
    with opened(access.uri, auth) as graph:
        assert pull(graph).equals(decided)
    server.stop(own_server)
    http_port, bolt_port = free_ports(2)
    server.start(server.Server(
        folder=own_server, http_port=http_port, bolt_port=bolt_port, heap_mb=HEAP_MB),
        wait_seconds=PATIENCE_SECONDS)
    again = find_access(own_server)
    assert rows_of(again, "match (a:Account) return count(*) as n") == [{"n": 40}]


def test_a_failed_import_leaves_the_old_database_serving(own_server, out, tmp_path, monkeypatch):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    access = find_access(own_server)
    before = _look(access, lambda driver: snapshot(driver, with_runs=False))
    later = tmp_path / "out"
    shutil.copytree(out, later)
    monkeypatch.setattr(bulk, "_link_columns", lambda part: [("no such:header", "0")])
    with pytest.raises(GraphStoreError, match="import tool failed"):
        full_load(renamed(later, "2026-06-03T000000Z"), own_server, access, EVERYTHING)
    assert _look(access, lambda driver: snapshot(driver, with_runs=False)) == before
    assert list((own_server / "import").iterdir()) == []


def rows_of(access, query):
    return _look(access, lambda driver: rows(driver, query))
