"""One real Neo4j for each worker of the test session, and a database that a test may fill.

Without Java 17 and Maven the tests that ask for it are skipped and say so; with ``CI`` set
they fail instead.
"""

import contextlib
import itertools
import os
import shutil
import socket
from collections.abc import Iterator

import neo4j
import pytest

from linkage.investigate import server
from linkage.investigate.server_password import read_password

HEAP_MB, PAGE_CACHE_MB = 768, 256
QUICK_JAVA = "-XX:TieredStopAtLevel=1"
"""A server that lives for minutes compiles its code once: half the CPU time of its start."""

PATIENCE_SECONDS = 600
"""Longest wait for a server: a busy machine takes minutes."""

PORTS_PER_WORKER = 2_000
FIRST_PORT = 12_000
"""Below the ports that systems give to connections by themselves."""


@pytest.fixture(scope="session")
def quick_java() -> Iterator[None]:
    """Java programs that start quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        yield


@pytest.fixture(scope="session")
def neo4j_server(
    tmp_path_factory: pytest.TempPathFactory, quick_java: None
) -> Iterator[server.ServerStatus]:
    """A server on free ports; its programs are kept in the user's data folder."""
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"no {' and no '.join(missing)} here: tests/bin/prepare installs them")
    http_port, bolt_port = free_ports(2)
    wanted = server.Server(
        folder=tmp_path_factory.mktemp("neo4j"), http_port=http_port, bolt_port=bolt_port,
        heap_mb=HEAP_MB, page_cache_mb=PAGE_CACHE_MB,
    )
    try:
        yield server.start(wanted, wait_seconds=PATIENCE_SECONDS)
    finally:
        server.stop(wanted.folder)


@pytest.fixture(scope="session")
def neo4j_uri(neo4j_server: server.ServerStatus) -> str:
    """Its address for drivers."""
    assert neo4j_server.bolt_uri is not None
    return neo4j_server.bolt_uri


@pytest.fixture(scope="session")
def neo4j_auth(neo4j_server: server.ServerStatus) -> tuple[str, str]:
    """Its user and password."""
    return server.USER, read_password(neo4j_server.folder)


@pytest.fixture(scope="session")
def neo4j_driver(neo4j_uri: str, neo4j_auth: tuple[str, str]) -> Iterator[neo4j.Driver]:
    """A driver that is connected."""
    with neo4j.GraphDatabase.driver(neo4j_uri, auth=neo4j_auth) as driver:
        driver.verify_connectivity()
        yield driver


@pytest.fixture
def empty_graph(neo4j_driver: neo4j.Driver) -> neo4j.Driver:
    """A driver whose database holds no node of an earlier test."""
    clear(neo4j_driver)
    return neo4j_driver


@pytest.fixture
def bare_graph(empty_graph: neo4j.Driver) -> neo4j.Driver:
    """A driver whose database holds no constraint and no index either, as before any load."""
    for kind in ("constraint", "index"):
        found = empty_graph.execute_query(f"show {kind} yield name, type where type <> 'LOOKUP'")
        for row in found.records:
            empty_graph.execute_query(f"drop {kind} `{row['name']}` if exists")
    return empty_graph


def clear(driver: neo4j.Driver) -> None:
    """Remove every node and relationship; constraints stay, as they do between nights."""
    with driver.session() as session:
        session.run("match (n) call (n) { detach delete n } in transactions of 10000 rows")


def free_ports(n: int) -> list[int]:
    """Return ports of this machine that nobody listens on, others for each worker and call."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST_PORT + worker % 8 * PORTS_PER_WORKER
    found: list[int] = []
    while len(found) < n:
        port = first + next(_TURN) % PORTS_PER_WORKER
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            found.append(port)
    return found


_TURN = itertools.count(os.getpid())
"""Sessions side by side begin at different ports."""

__all__ = ["bare_graph", "clear", "empty_graph", "free_ports", "neo4j_auth", "neo4j_driver",
           "neo4j_server", "neo4j_uri", "quick_java"]
