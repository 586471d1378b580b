"""How fast the graph is loaded, and how Neo4j's Leiden compares with igraph's.

    python tests/bench/bench_neo4j.py --delta 100000 --full 1000000
    python tests/bench/bench_neo4j.py --leiden 100000

Starts a local Neo4j of its own in a temporary folder. The tables are drawn: 5 holdings an
account, half of them from a pool of 20 that 50 accounts share, and a hub of a tenth of all.
"""

import argparse
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from graph_rows import compare
from graph_tables import write_tables
from machine import show_machine, show_table, workplace

from linkage.investigate import server
from linkage.investigate.access import find_access
from linkage.investigate.bulk import full_load
from linkage.investigate.client import Graph, connect
from linkage.investigate.load import load
from linkage.investigate.selection import Selection
from linkage.queries import Query

EVERYTHING = Selection(everything=True)
NODES = ("accounts", "identifiers", "rings")
LINKS = ("USED", "LINKED_TO", "MEMBER_OF")


def main() -> None:
    """Start a server, load, compare, print."""
    told = _arguments()
    show_machine()
    with workplace(None, "neo4j") as folder:
        local = server.Server(
            folder=folder / "server", http_port=told.port, bolt_port=told.port + 1,
            heap_mb=told.heap_mb, with_gds=bool(told.leiden),
        )
        server.start(local, wait_seconds=600)
        try:
            if told.delta:
                _delta(folder, local, told.delta)
            if told.full:
                _full(folder, local, told.full)
            if told.leiden:
                _leiden(local, told.leiden)
        finally:
            server.stop(local.folder)


class _Watch:
    """Notes how long each stage went on, and what it cost this process and the tools it ran."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}

    def __call__(self, name: str) -> Callable[[int, int], None]:
        begun, spent = time.monotonic(), _own_cpu_seconds()

        def tell(done: int, planned: int) -> None:
            self.seconds[name] = time.monotonic() - begun
            self.cpu_seconds[name] = _own_cpu_seconds() - spent

        return tell


def _delta(folder: Path, local: server.Server, n_accounts: int) -> None:
    """Load through the driver into an empty database, then the next night over it."""
    access = find_access(local.folder)
    rows = []
    for night, day in (("first night", 1), ("next night", 2), ("the same again", 2)):
        run_id = f"2026-06-0{day}T000000Z"
        out = write_tables(folder / "delta", n_accounts=n_accounts, n_held=5, run_id=run_id)
        watch, spent = _Watch(), _cpu_seconds(local)
        with connect(access.uri, user=access.user, password=access.password) as graph:
            result = load(out, graph, EVERYTHING, follow=watch)
        spent = _cpu_seconds(local) - spent
        alike = compare(out, access) if night == "the same again" else []
        shutil.rmtree(out)
        n_nodes, n_links = (sum(result.written[name] for name in names) for names in (NODES, LINKS))
        on_nodes, on_links = (
            sum(watch.seconds.get(name, 0.0) for name in names) for names in (NODES, LINKS))
        rows.append((night, n_nodes, n_links, round(n_nodes / on_nodes),
                     round(n_links / on_links), result.seconds, spent))
        # Table by table, so that a run that is cut off has said something.
        show_table(f"delta, {n_accounts:,} accounts", (
            "load", "nodes", "relationships", "nodes/s", "relationships/s", "whole, s",
            "server's CPU, s"), rows)
        show_table(f"stages of {night}", ("stage", "seconds"), list(watch.seconds.items()))
    show_table("files against Neo4j", ("table", "rows in files", "in Neo4j", "equal"), alike)


def _cpu_seconds(local: server.Server) -> float:
    """CPU time that the server has used so far: what a busy machine does not change."""
    running = server.find_running(local.folder)
    assert running is not None
    times = psutil.Process(running.pid).cpu_times()
    return float(times.user + times.system)


def _own_cpu_seconds() -> float:
    """CPU time of this process and of the programs that it waited for."""
    return sum(sum(resource.getrusage(who)[:2])
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _full(folder: Path, local: server.Server, n_accounts: int) -> None:
    """Load through the import tool and switch."""
    out = write_tables(
        folder / "full", n_accounts=n_accounts, n_held=5, run_id="2026-06-03T000000Z")
    watch = _Watch()
    result = full_load(out, local.folder, find_access(local.folder), EVERYTHING, follow=watch)
    n_nodes, n_links = (sum(result.written[name] for name in names) for names in (NODES, LINKS))
    rows = [(name, seconds, watch.cpu_seconds[name]) for name, seconds in watch.seconds.items()]
    show_table(f"full load, {n_accounts:,} accounts", ("stage", "seconds", "CPU, s"),
               [*rows, ("whole", result.seconds, sum(watch.cpu_seconds.values()))])
    print(f"{n_nodes:,} nodes and {n_links:,} relationships")
    show_table("files against Neo4j", ("table", "rows in files", "in Neo4j", "equal"),
               compare(out, find_access(local.folder)))
    shutil.rmtree(out)


def _leiden(local: server.Server, n_vertices: int) -> None:
    """Partition one planted graph with igraph and with Graph Data Science."""
    edges, truth = _planted(n_vertices)
    path = local.folder / "edges.npz"
    np.savez(path, edges=edges, truth=truth)
    told = subprocess.run([sys.executable, __file__, "--igraph", str(path)], check=True,
                          capture_output=True, text=True).stdout.split()
    ours = np.load(path.with_suffix(".npy"))
    rows = [("igraph, 1 thread", float(told[0]), int(told[1]), *_quality(edges, ours, truth, ours))]
    access = find_access(local.folder)
    with connect(access.uri, user=access.user, password=access.password) as graph:
        begun = time.monotonic()
        _store(graph, edges, n_vertices)
        print(f"the graph was in Neo4j after {time.monotonic() - begun:.1f} s")
        for n_threads in (1, 2):
            label, seconds, peak = _gds(graph, local, n_vertices, n_threads)
            rows.append((f"GDS, {n_threads} threads, answer read", seconds, peak,
                         *_quality(edges, label, truth, ours)))
    show_table(
        f"Leiden by modularity, {n_vertices:,} vertices, {len(edges):,} edges",
        ("library", "seconds", "peak MiB", "communities", "modularity", "Rand, truth", "NMI, truth",
         "best match", "Rand, igraph"), rows)


def _store(graph: Graph, edges: np.ndarray, n_vertices: int) -> None:
    """Write vertices and edges into the database."""
    for at in range(0, n_vertices, 50_000):
        graph.write((Query("v", "UNWIND range($a, $b) AS i CREATE (:Vertex {ix: i})"),
                     {"a": at, "b": min(at + 50_000, n_vertices) - 1}))
    graph.write((Query("c", "CREATE CONSTRAINT vertex IF NOT EXISTS FOR (v:Vertex) "
                            "REQUIRE v.ix IS UNIQUE"), {}))
    for at in range(0, len(edges), 50_000):
        graph.write((Query("e", "UNWIND $rows AS r MATCH (a:Vertex {ix: r[0]}) "
                                "MATCH (b:Vertex {ix: r[1]}) CREATE (a)-[:EDGE]->(b)"),
                     {"rows": edges[at : at + 50_000].tolist()}))


def _gds(
    graph: Graph, local: server.Server, n_vertices: int, n_threads: int
) -> tuple[np.ndarray, float, int]:
    """Project the graph and partition it inside the server; return labels, seconds and peak."""
    running = server.find_running(local.folder)
    assert running is not None
    begun = time.monotonic()
    graph.write((Query("p", "CALL gds.graph.project('g', 'Vertex', "
                            "{EDGE: {orientation: 'UNDIRECTED'}}) YIELD graphName"), {}))
    found = graph.read(Query(
        "l", "CALL gds.leiden.stream('g', {randomSeed: 1, concurrency: $n}) "
             "YIELD nodeId, communityId RETURN gds.util.asNode(nodeId).ix AS ix, "
             "communityId AS community"), n=n_threads)
    seconds = time.monotonic() - begun
    graph.write((Query("d", "CALL gds.graph.drop('g') YIELD graphName"), {}))
    label = np.zeros(n_vertices, dtype=np.int64)
    label[[row["ix"] for row in found]] = [row["community"] for row in found]
    return label, seconds, psutil.Process(running.pid).memory_info().rss // 2**20


def _planted(n_vertices: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw communities of 100, each vertex with 8 edges inside and 2 outside."""
    rng = np.random.default_rng(1)
    truth = np.arange(n_vertices) // 100
    ends = [np.repeat(np.arange(n_vertices), n) for n in (4, 1)]
    inside = np.minimum(truth[ends[0]] * 100 + rng.integers(0, 100, len(ends[0])), n_vertices - 1)
    outside = rng.integers(0, n_vertices, len(ends[1]))
    pairs = np.column_stack([np.concatenate(ends), np.concatenate([inside, outside])])
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    return pairs, truth


def _quality(
    edges: np.ndarray, label: np.ndarray, truth: np.ndarray, ours: np.ndarray
) -> tuple[int, float, float, float, float, float]:
    """Communities, modularity, agreement with the planted ones, their best match, with igraph."""
    import igraph

    label = np.unique(label, return_inverse=True)[1]
    graph = igraph.Graph(n=len(truth), edges=edges)
    agree = [igraph.compare_communities(label.tolist(), truth.tolist(), method=method)
             for method in ("adjusted_rand", "nmi")]
    alike = igraph.compare_communities(label.tolist(), ours.tolist(), method="adjusted_rand")
    return (int(label.max()) + 1, graph.modularity(label.tolist()), *agree,
            _best_match(label, truth), alike)


def _best_match(label: np.ndarray, truth: np.ndarray) -> float:
    """Mean over planted communities of the best Jaccard index that one found has with it."""
    n_found = int(label.max()) + 1
    cell, n_both = np.unique(truth * n_found + label, return_counts=True)
    planted, found = np.divmod(cell, n_found)
    n_either = np.bincount(truth)[planted] + np.bincount(label)[found] - n_both
    best = np.zeros(int(truth.max()) + 1)
    np.maximum.at(best, planted, n_both / n_either)
    return float(best.mean())


def _igraph(path: Path) -> None:
    """Partition in this process alone, so that its peak is Leiden's."""
    import igraph

    drawn = np.load(path)
    begun = time.monotonic()
    graph = igraph.Graph(n=len(drawn["truth"]), edges=drawn["edges"])
    igraph.set_random_number_generator(random.Random(1))
    found = graph.community_leiden(objective_function="modularity", n_iterations=-1)
    seconds = time.monotonic() - begun
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    np.save(path.with_suffix(".npy"), np.array(found.membership))


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--delta", type=int, default=0, metavar="N", help="accounts of a delta")
    parser.add_argument("--full", type=int, default=0, metavar="N", help="accounts of a full load")
    parser.add_argument("--leiden", type=int, default=0, metavar="N", help="vertices to partition")
    parser.add_argument("--heap-mb", type=int, default=2048)
    parser.add_argument("--port", type=int, default=19474, help="HTTP; Bolt is the next one")
    parser.add_argument("--igraph", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.igraph:
        _igraph(told.igraph)
        raise SystemExit
    if not (told.delta or told.full or told.leiden):
        parser.error("say what to measure: --delta, --full, --leiden")
    return told


if __name__ == "__main__":
    main()
