"""What investigators decide outlives every load, and reaches the next run."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from graphs import EVIL, opened, renamed, rows, run
from worlds import read, tiny_world

from linkage.cli import cli
from linkage.errors import InputError
from linkage.investigate.decisions import FILE, keep, pull
from linkage.investigate.load import load
from linkage.investigate.selection import Selection
from linkage.queries import statement

EVERYTHING = Selection(everything=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return tiny_world(tmp_path_factory.mktemp("decided") / "in")


@pytest.fixture(scope="module")
def out(world, tmp_path_factory):
    return renamed(run(world, tmp_path_factory.mktemp("decided") / "out"), "2026-06-01T000000Z")


@pytest.fixture
def graph(empty_graph, neo4j_uri, neo4j_auth, out):
    with opened(neo4j_uri, neo4j_auth) as graph:
        load(out, graph, EVERYTHING)
        yield graph


def _decide(driver, what, who, decision, note="seen it", by="Ada"):
    made = driver.execute_query(statement("explore", f"decide_{what}").body, {
        f"{what}_id": who, "decision": decision, "note": note, "decided_by": by})
    assert len(made.records) == 1


def test_a_benign_ring_stays_benign_in_the_next_run_and_is_said_so(
    graph, empty_graph, world, out, tmp_path
):
    (ring,) = read(out, "rings")
    _decide(empty_graph, "ring", ring["ring_id"], "benign")
    data = tmp_path / "in"
    shutil.copytree(world, data)
    assert keep(pull(graph), data).path == data / FILE
    (after,) = read(run(data, tmp_path / "out"), "rings")
    assert after["tier"] == "benign"
    assert after["tier_reason"].startswith("a person decided: benign")


def test_a_disputed_account_leaves_the_lists(graph, empty_graph, world, out, tmp_path):
    _decide(empty_graph, "account", "acct-03", "disputed")
    data = tmp_path / "in"
    shutil.copytree(world, data)
    keep(pull(graph), data)
    after = {row["account_id"]: row for row in read(run(data, tmp_path / "out"), "members")}
    assert after["acct-03"]["tier"] == "watch"
    assert "decided_disputed" in after["acct-03"]["reason_codes"]


def test_decisions_outlive_their_ring_and_find_it_again(graph, empty_graph, out, tmp_path):
    (ring,) = read(out, "rings")
    _decide(empty_graph, "ring", ring["ring_id"], "confirmed")
    gone = tmp_path / "gone"
    shutil.copytree(out, gone)
    for name in ("rings", "members", "evidence"):
        table = pq.read_table(gone / f"{name}.parquet")
        pq.write_table(table.slice(0, 0), gone / f"{name}.parquet")
    load(renamed(gone, "2026-06-02T000000Z"), graph, EVERYTHING)
    assert rows(empty_graph, "match (r:Ring) return r.ring_id as ring_id") == []
    (kept,) = pull(graph).to_pylist()
    assert (kept["ring_id"], kept["decision"], kept["decided_by"], kept["note"]) == (
        ring["ring_id"], "confirmed", "Ada", "seen it")
    back = tmp_path / "back"
    shutil.copytree(out, back)
    load(renamed(back, "2026-06-03T000000Z"), graph, EVERYTHING)
    assert rows(empty_graph, "match (:Decision)-[:ABOUT]->(r:Ring) return r.ring_id as ring_id"
                ) == [{"ring_id": ring["ring_id"]}]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_second_pull_adds_and_overwrites_nothing(graph, empty_graph, out, tmp_path, form):
    path = tmp_path / f"decisions.{form}"
    for at, note in enumerate(EVIL):
        _decide(empty_graph, "account", f"acct-{at:02d}", "benign", note=note, by=note)
    first = keep(pull(graph), path)
    assert (first.n_rows, first.n_new) == (len(EVIL), len(EVIL))
    _decide(empty_graph, "account", "acct-00", "disputed")
    empty_graph.execute_query("match (d:Decision {decision: 'benign'}) set d.note = 'changed'")
    second = keep(pull(graph), path)
    assert (second.n_rows, second.n_new) == (len(EVIL) + 1, 1)
    found = keep(pull(graph), path)
    assert found.n_new == 0
    written = _rows(path)
    assert {row["note"] for row in written} == {note.strip() for note in EVIL} | {"seen it"}


def _rows(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".csv":
        return pa.csv.read_csv(path, parse_options=pa.csv.ParseOptions(
            newlines_in_values=True)).to_pylist()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_file_that_is_something_else_is_left_alone(graph, tmp_path):
    path = tmp_path / "decisions.parquet"
    path.write_text("not parquet")
    with pytest.raises(InputError, match="cannot add decisions"):
        keep(pull(graph), path)
    assert path.read_text() == "not parquet"


def test_the_command_pulls_with_a_password_from_a_file(
    graph, empty_graph, neo4j_uri, neo4j_auth, tmp_path, monkeypatch
):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    _decide(empty_graph, "account", "acct-03", "confirmed")
    secret = tmp_path / "password"
    secret.write_text(neo4j_auth[1] + "\n")
    result = CliRunner().invoke(cli, [
        "decisions", "pull", "--uri", neo4j_uri, "--password-file", str(secret),
        "--to", str(tmp_path / "d.csv"), "--json"])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["n_new"] == 1
    assert neo4j_auth[1] not in result.output
