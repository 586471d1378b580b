"""Every way a server can fail: one sentence, exit code 5, nothing torn."""

import contextlib
import socket
import threading

import pytest
from click.testing import CliRunner
from graph_server import free_ports
from graphs import opened, renamed, rows, run, snapshot
from neo4j.exceptions import DatabaseError, Neo4jError
from worlds import tiny_world

from linkage.cli import cli
from linkage.errors import GraphStoreError
from linkage.investigate import client
from linkage.investigate.load import load
from linkage.investigate.selection import Selection

EVERYTHING = Selection(everything=True)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("errors")
    return renamed(run(tiny_world(folder / "in"), folder / "out"), "2026-06-01T000000Z")


def _load(out, uri, password):
    return CliRunner(env={"NEO4J_PASSWORD": password}).invoke(cli, [
        "load", str(out), "--uri", uri])


def test_a_wrong_password(out, neo4j_uri):
    result = _load(out, neo4j_uri, "wrong")
    assert result.exit_code == 5
    assert "refuses the user or password" in result.stderr


def test_nobody_listens(out):
    result = _load(out, f"bolt://127.0.0.1:{free_ports(1)[0]}", "any")
    assert result.exit_code == 5
    assert result.stderr.startswith("error: cannot reach bolt://127.0.0.1:")


def test_a_server_that_is_too_old(neo4j_uri, neo4j_auth, monkeypatch):
    monkeypatch.setattr(client, "OLDEST", (99, 1))
    with pytest.raises(GraphStoreError, match=r"runs Neo4j/5.26.*needs Neo4j 99.1"), opened(
        neo4j_uri, neo4j_auth
    ):
        pass


def test_a_constraint_that_cannot_be_made(bare_graph, neo4j_uri, neo4j_auth, out):
    bare_graph.execute_query("unwind [1, 2] as n create (:Account {account_id: 'same'})")
    before = snapshot(bare_graph)
    with opened(neo4j_uri, neo4j_auth) as graph, pytest.raises(
        GraphStoreError, match="break a constraint"
    ):
        load(out, graph, EVERYTHING)
    assert snapshot(bare_graph) == before


def test_a_connection_lost_midway_and_the_load_run_again(
    empty_graph, neo4j_uri, neo4j_auth, out, monkeypatch
):
    monkeypatch.setattr(client, "RETRY_SECONDS", 1.0)
    with opened(neo4j_uri, neo4j_auth) as graph:
        load(out, graph, EVERYTHING)
        wanted = snapshot(empty_graph, with_runs=False)
        empty_graph.execute_query("match (n) detach delete n")
        with _cut_after(neo4j_uri, 8_000) as through, opened(through, neo4j_auth) as broken, (
            pytest.raises(GraphStoreError, match="the connection was lost")
        ):
            load(out, broken, EVERYTHING)
        assert snapshot(empty_graph, with_runs=False) != wanted
        assert rows(empty_graph, "match (r:Run) where r.is_whole return r.run_id as r") == []
        load(out, graph, EVERYTHING)
    assert snapshot(empty_graph, with_runs=False) == wanted


@pytest.mark.parametrize(("code", "message", "said"), [
    ("Neo.DatabaseError.General.UnknownError", "No space left on device", "disk of .* is full"),
    ("Neo.DatabaseError.Transaction.TransactionStartFailed", "panic", "failed: panic"),
    ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", "no", "does not let this user write"),
])
def test_what_a_server_says_becomes_one_sentence(code, message, said):
    with pytest.raises(GraphStoreError, match=said), client.explained("bolt://graph:7687"):
        raise Neo4jError._hydrate_neo4j(code=code, message=message)


def test_an_error_keeps_what_caused_it():
    with pytest.raises(GraphStoreError) as caught, client.explained("bolt://graph:7687"):
        raise DatabaseError("boom")
    assert isinstance(caught.value.__cause__, DatabaseError)


class _cut_after:
    """A way to a server that breaks, for good, once so many bytes have gone there."""

    def __init__(self, uri, n_bytes):
        host, port = uri.removeprefix("bolt://").split(":")
        self.target, self.left = (host, int(port)), n_bytes
        self.listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return f"bolt://127.0.0.1:{self.listener.getsockname()[1]}"

    def __exit__(self, *error):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.left <= 0:
                near.close()
                continue
            far = socket.create_connection(self.target)
            for one, other, counts in ((near, far, True), (far, near, False)):
                threading.Thread(
                    target=self._pump, args=(one, other, counts), daemon=True).start()

    def _pump(self, one, other, counts):
        with contextlib.suppress(OSError):
            while data := one.recv(1024):
                if counts:
                    self.left -= len(data)
                    if self.left <= 0:
                        break
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
