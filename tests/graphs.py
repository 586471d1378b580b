"""What a graph holds, as plain rows to compare."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import neo4j
from worlds import run

from linkage.investigate.client import Graph, connect

EVIL = (
    "x'}) detach delete n //", '"); match (n) detach delete n; //',
    "<script>window.owned=1</script>", "`]->() $rows {{7*7}} \\' \\u0027 \\",
    "two\nlines, a \"quote\"", "=cmd|'/c calc'!A1", "ünï·çødé \u202e",
)
"""Texts that attack whoever does not keep them data."""

RUN_PROPERTIES = ("loaded_at", "is_whole", "part")


def opened(uri: str, auth: tuple[str, str]) -> Any:
    """Connect as linkage does."""
    return connect(uri, user=auth[0], password=auth[1])


def snapshot(driver: neo4j.Driver, *, with_runs: bool = True) -> dict[str, list[str]]:
    """Return every node and relationship as sorted text."""
    nodes = driver.execute_query("match (n) return labels(n) as labels, properties(n) as p")
    links = driver.execute_query(
        "match (a)-[r]->(b) return properties(a) as a, type(r) as type, properties(r) as r, "
        "properties(b) as b"
    )
    return {
        "nodes": sorted(
            _text(sorted(row["labels"]), row["p"]) for row in nodes.records
            if with_runs or not {"Run", "Lease"} & set(row["labels"])
        ),
        "links": sorted(
            _text(_key(row["a"]), row["type"], row["r"], _key(row["b"])) for row in links.records
        ),
    }


def _key(properties: dict[str, Any]) -> str:
    names = ("account_id", "identifier_id", "ring_id", "decision_id", "run_id")
    return next(properties[name] for name in names if name in properties)


def _text(*parts: Any) -> str:
    return json.dumps(parts, default=str, sort_keys=True)


def rows(driver: neo4j.Driver, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query, instants as Python's."""
    return [
        {name: value.to_native() if hasattr(value, "to_native") else value
         for name, value in record.data().items()}
        for record in driver.execute_query(query).records
    ]


def renamed(out: Path, run_id: str) -> Path:
    """Give an output folder the id of another run."""
    path = out / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"run_id": run_id}))
    return out


def evil_world(folder: Path) -> Path:
    """Write 40 accounts, ten of one operator, whose ids and values attack the reader."""
    folder.mkdir(parents=True)
    who = [EVIL[at] if at < len(EVIL) else f"acct-{at:02d}" for at in range(40)]
    _csv(folder / "accounts.csv", ["account_id", "created_at", "organization", "status"], [
        [one, f"2026-05-{1 + at // 4:02d}T00:00:00Z", EVIL[at % len(EVIL)] if at > 9 else "", ""]
        for at, one in enumerate(who)])
    _csv(folder / "events.csv", ["account_id", "occurred_at", "device_id"], [
        [one, f"2026-05-20T{at % 24:02d}:00:00Z",
         f"{EVIL[at % 3]} device" if at < 10 else f"own-{at}"] for at, one in enumerate(who)])
    _csv(folder / "payments.csv", ["account_id", "paid_at", "instrument_id"], [
        [one, "2026-05-21T00:00:00Z", f"card-{at % 3}" if at < 10 else f"own-{at}"]
        for at, one in enumerate(who)])
    _csv(folder / "identifiers.csv", ["account_id", "kind", "value"], [
        [one, "Referral `Code`", EVIL[at % 2]] for at, one in enumerate(who[:10])])
    _csv(folder / "links.csv", ["account_id_l", "account_id_r", "kind"], [
        [who[0], one, "re'ferral"] for one in who[1:10]])
    return folder


def _csv(path: Path, columns: list[str], lines: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *lines])


def killed_load(out: Path, uri: str, auth: tuple[str, str], *, n_writes: int) -> None:
    """Load in a process of its own, which is killed before it writes once more."""
    program = (
        "import os, signal, sys; from pathlib import Path; import linkage.investigate.load as l; "
        "from linkage.investigate.client import connect; "
        "from linkage.investigate.selection import Selection; "
        "from linkage.environment import environment_password; "
        "l.N_ROWS, left, write = 40, int(sys.argv[4]), l.Lease.write\n"
        "def counted(*told, **named):\n"
        "    global left\n"
        "    left -= 1\n"
        "    return write(*told, **named) if left >= 0 else os.kill(os.getpid(), signal.SIGKILL)\n"
        "l.Lease.write = counted\n"
        "with connect(sys.argv[2], user=sys.argv[3], password=environment_password()) as graph:\n"
        "    l.load(Path(sys.argv[1]), graph, Selection(everything=True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(out), uri, auth[0], str(n_writes)],
        env={**os.environ, "NEO4J_PASSWORD": auth[1]}, check=False,
    )
    assert done.returncode == -signal.SIGKILL


__all__ = ["EVIL", "Graph", "evil_world", "killed_load", "opened", "renamed", "rows", "run",
           "snapshot"]
