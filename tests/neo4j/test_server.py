"""The local server: it answers, keeps its password to itself, and says what is wrong."""

import json
import os
import socket
import stat
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import neo4j
import psutil
import pytest
from click.testing import CliRunner
from graph_server import free_ports

from linkage.cli import cli
from linkage.errors import GraphStoreError, LockedError
from linkage.investigate import server, server_parts
from linkage.investigate.places import LOOPBACK
from linkage.investigate.server_password import password_file, read_password
from linkage.investigate.server_process import find_running, state_file


def _run(*words: object):
    return CliRunner().invoke(cli, ["neo4j", *map(str, words)])


def test_bolt_and_http_answer_with_the_same_release(neo4j_driver, neo4j_server):
    row = neo4j_driver.execute_query("call dbms.components() yield versions").records[0]
    assert row["versions"] == [server_parts.NEO4J_VERSION]
    root = neo4j_server.browser_url.removesuffix("browser/")
    with urllib.request.urlopen(root) as reply:
        said = json.load(reply)
    assert said["neo4j_version"] == server_parts.NEO4J_VERSION
    assert said["bolt_direct"] == neo4j_server.bolt_uri


def test_it_listens_on_loopback_alone(neo4j_server):
    found = psutil.Process(neo4j_server.pid).net_connections(kind="inet")
    heard = {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN}
    assert heard <= {LOOPBACK, f"::ffff:{LOOPBACK}"}
    assert heard


def test_the_password_is_in_one_private_file_and_nowhere_else(neo4j_server, neo4j_auth):
    secret = neo4j_auth[1]
    path = password_file(neo4j_server.folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(secret) >= 32
    assert not any(secret in word for word in psutil.Process(neo4j_server.pid).cmdline())
    shown = [one for folder in ("conf", "logs", "run") for one in
             (neo4j_server.folder / folder).rglob("*") if one.is_file()]
    assert shown
    assert not [one for one in shown if secret.encode() in one.read_bytes()]


def test_a_wrong_password_is_refused(neo4j_uri):
    with neo4j.GraphDatabase.driver(neo4j_uri, auth=("neo4j", "neo4j")) as driver, pytest.raises(
        neo4j.exceptions.AuthError
    ):
        driver.verify_connectivity()


def test_pages_are_served_from_browsers_own_origin(neo4j_server):
    for name in ("linkage.grass", "guide.html", "setup.html", "setup.js", "queries.json"):
        with urllib.request.urlopen(f"{neo4j_server.browser_url}linkage/{name}") as reply:
            assert reply.read()
    with urllib.request.urlopen(neo4j_server.browser_url) as reply:
        assert b"Neo4j Browser" in reply.read()


def test_a_second_start_finds_the_first(neo4j_server):
    assert server.start(server.Server(folder=neo4j_server.folder)).pid == neo4j_server.pid


def test_status_and_password_are_for_people_and_programs(neo4j_server, neo4j_auth):
    folder = ("--folder", neo4j_server.folder)
    told = json.loads(_run("status", *folder, "--json").stdout)
    assert (told["state"], told["pid"]) == ("running", neo4j_server.pid)
    assert "setup.html" in _run("status", *folder).stdout
    assert _run("password", *folder).stdout.strip() == neo4j_auth[1]


def test_without_a_server_there_is_nothing_to_stop_and_no_password(tmp_path):
    assert _run("stop", "--folder", tmp_path).stdout == "no server was running\n"
    assert json.loads(_run("status", "--folder", tmp_path, "--json").stdout)["state"] == "stopped"
    result = _run("password", "--folder", tmp_path)
    assert result.exit_code == 5
    assert "linkage neo4j start" in result.stderr


def test_a_taken_port_is_named_with_the_flag_that_gives_another(tmp_path):
    http_port, bolt_port = free_ports(2)
    with socket.socket() as other:
        other.bind((LOOPBACK, bolt_port))
        other.listen()
        result = _run("start", "--folder", tmp_path / "here", "--http-port", http_port,
                      "--bolt-port", bolt_port)
    assert result.exit_code == 5
    assert f"port {bolt_port}" in result.stderr
    assert "--bolt-port" in result.stderr


@pytest.mark.parametrize("left", [
    "", "{", "[]", '{"pid": 1}',
    json.dumps({"pid": 2**22 + 7, "created": 1.0, "http_port": 1, "bolt_port": 2}),
    json.dumps({"pid": os.getpid(), "created": 1.0, "http_port": 1, "bolt_port": 2}),
], ids=["empty", "torn", "a list", "half", "a dead process", "another process"])
def test_a_stale_file_is_no_server(tmp_path, left):
    state_file(tmp_path).parent.mkdir()
    state_file(tmp_path).write_text(left)
    assert find_running(tmp_path) is None
    assert _run("stop", "--folder", tmp_path).stdout == "no server was running\n"


def _program(folder: Path, name: str, says: str) -> str:
    """Write a program that only says something."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("says", "problem"), [
    ("echo 'openjdk version \"11.0.2\"' >&2", "is Java 11"),
    ("echo 'java version \"1.8.0_292\"' >&2", "is Java 8"),
    ("echo hello", "not a Java"),
])
def test_an_old_java_is_refused(tmp_path, says, problem):
    java = _program(tmp_path, "old-java", says)
    with pytest.raises(GraphStoreError, match=problem):
        server_parts.find_java(java)


def test_without_java_or_maven_the_error_says_what_to_install(tmp_path, monkeypatch):
    with pytest.raises(GraphStoreError, match="needs Java 17") as missing:
        server_parts.find_java("no-such-java")
    assert "maven" in missing.value.fix
    java = _program(tmp_path, "java", "echo 'openjdk version \"17.0.1\"' >&2")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraphStoreError, match="needs Maven"):
        server_parts.assemble(tmp_path / "parts", java=java)


def test_a_failing_maven_leaves_no_parts(tmp_path, monkeypatch):
    java = _program(tmp_path, "java", "echo 'openjdk version \"21\"' >&2")
    _program(tmp_path, "mvn", "echo '[ERROR] no route to the mirror'; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    with pytest.raises(GraphStoreError, match="no route to the mirror"):
        server_parts.assemble(tmp_path / "parts", java=java)
    assert list((tmp_path / "parts").iterdir()) == []


def test_two_starts_at_once_fetch_the_programs_once(tmp_path, monkeypatch):
    java = _program(tmp_path, "java", "echo 'openjdk version \"21\"' >&2")
    _program(tmp_path, "mvn", (
        f"echo called >>{tmp_path}/calls; for word; do case $word in "
        "-DoutputDirectory=*) mkdir -p ${word#*=};; esac; done"
    ))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    with ThreadPoolExecutor(2) as starts:
        found = {start.result() for start in [
            starts.submit(server_parts.assemble, tmp_path / "parts", java=java) for _ in range(2)]}
    assert len(found) == 1
    assert (tmp_path / "calls").read_text() == "called\n"


def test_a_server_that_dies_is_an_error_with_its_last_words(tmp_path):
    http_port, bolt_port = free_ports(2)
    java = _program(tmp_path, "java", (
        'case "$*" in *-version*) echo \'openjdk version "17.0.1"\' >&2;; '
        "*AdminTool*) exit 0;; *) echo 'ERROR no memory left'; exit 3;; esac"
    ))
    wanted = server.Server(
        folder=tmp_path / "here", java=java, http_port=http_port, bolt_port=bolt_port
    )
    with pytest.raises(GraphStoreError, match="no memory left"):
        server.start(wanted)
    assert server.status(wanted.folder).state == "stopped"


def test_two_starts_at_once_do_not_meet(tmp_path):
    server._make_folders(tmp_path)
    with server._lock(tmp_path), pytest.raises(LockedError, match="another start"):
        server.start(server.Server(folder=tmp_path))


def test_a_database_without_its_password_file_is_not_guessed_at(tmp_path):
    http_port, bolt_port = free_ports(2)
    (tmp_path / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(GraphStoreError, match="its password file password is gone"):
        server.start(server.Server(folder=tmp_path, http_port=http_port, bolt_port=bolt_port))


def test_a_folder_that_java_would_split_is_refused(tmp_path):
    with pytest.raises(GraphStoreError, match="no colon"):
        server.start(server.Server(folder=tmp_path / "a:b"))


def test_an_unreadable_password_is_said(tmp_path):
    password_file(tmp_path).write_bytes(b"\xff")
    with pytest.raises(GraphStoreError, match="cannot read"):
        read_password(tmp_path)
