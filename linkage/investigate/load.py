"""Loads a run into Neo4j: write first, then sweep, so that a reader never sees a gap.

One load writes at a time and one transaction after the other, so no two of them ever wait
for the same hub. Every statement is safe twice: a load that was killed is simply run again.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from linkage.errors import GraphStoreError, LockedError
from linkage.evidence.incidence import Ints
from linkage.investigate.client import Graph
from linkage.investigate.parts import LINKS, NODES, LinkPart, NodePart
from linkage.investigate.selection import Selection, selected
from linkage.queries import Query, statement
from linkage.rings.read import read_manifest
from linkage.store import Store

log = logging.getLogger(__name__)

N_ROWS = 10_000
"""Rows of one transaction."""

Follow = Callable[[str], Callable[[int, int], None]]
"""Called with a stage's name; what it gives is told the steps done and planned."""


@dataclass(frozen=True)
class LoadResult:
    """What a load wrote and took away."""

    run_id: str
    part: str
    written: dict[str, int]
    """Rows of each kind of node and relationship."""
    n_swept: int
    """Nodes and relationships of earlier runs that are gone."""
    seconds: float


def load(
    out: Path, graph: Graph, selection: Selection, *, follow: Follow | None = None
) -> LoadResult:
    """Bring the graph to what a run found.

    Parameters
    ----------
    out
        A folder that a run wrote.
    graph
        The database.
    selection
        The part to load.
    follow
        Who watches.

    Raises
    ------
    InputError
        If the folder lacks a table.
    GraphStoreError
        If Neo4j fails or a later run is in the graph already. What was written stays, what
        was there stays too, and the same load goes on from it.
    LockedError
        If another load took over.
    """
    begun = time.monotonic()
    manifest = read_manifest(out)
    with selected(out, selection) as store:
        graph.prepare()
        work = _Load(store, graph, str(manifest["run_id"]), follow or _nobody)
        work.begin(selection.name)
        for node in NODES:
            work.nodes(node)
        for link in LINKS:
            work.links(link)
        work.end(manifest)
    result = LoadResult(
        work.run_id, selection.name, work.written, work.n_swept, time.monotonic() - begun
    )
    log.info("stage=load run=%s %s swept=%d seconds=%.1f", result.run_id, " ".join(
        f"{name.replace(' ', '_')}={n}" for name, n in result.written.items() if n
    ), result.n_swept, result.seconds)
    return result


def _nobody(name: str) -> Callable[[int, int], None]:
    return lambda done, planned: None


@dataclass
class _Places:
    """Where each numbered node lies: elementIds without their common beginning."""

    prefix: str = ""
    number: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def note(self, ixs: list[int], ids: list[str]) -> None:
        """Remember some nodes."""
        if not ixs:
            return
        self.prefix = ids[0].rpartition(":")[0] + ":"
        room = max(ixs) + 1
        if room > len(self.number):
            self.number = np.concatenate(
                [self.number, np.full(max(room - len(self.number), len(self.number)), -1)]
            )
        self.number[ixs] = [int(one.rpartition(":")[2]) for one in ids]

    def id(self, ix: int) -> str:
        """Return a node's elementId."""
        return f"{self.prefix}{self.number[ix]}"


@dataclass
class _Load:
    """One load under way."""

    store: Store
    graph: Graph
    run_id: str
    follow: Follow
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    places: dict[str, _Places] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    n_swept: int = 0

    def begin(self, part: str) -> None:
        """Take the lease; refuse an older run; take back stamps of another part of this one."""
        def check(answers: tuple[dict[str, Any], ...]) -> None:
            newer = answers[0]["newer"]
            if newer is not None:
                raise GraphStoreError(
                    f"run {self.run_id} is older than run {newer}, which is in the graph",
                    fix="load the latest run, or another database",
                )

        _, run = self.graph.write(
            (statement("load", "lease_take"), {"token": self.token, "run_id": self.run_id}),
            (statement("load", "run_begin"), {"run_id": self.run_id}), check=check,
        )
        if run["part"] not in (None, part):
            for what in ("relationships", "nodes"):
                self._repeat(f"unstamp_{what}", stamp=f"{self.run_id} ({run['part']})")
        self._write(statement("load", "run_part"), run_id=self.run_id, part=part)

    def nodes(self, part: NodePart) -> None:
        """Write one label's nodes and remember where they lie."""
        places = self.places.setdefault(part.space, _Places())
        load = statement("load", part.statement)
        select = f"select {part.columns} from {part.table} order by ix"
        for rows in self._rows(part.name, select, part.table):
            answer = self._write(load, rows=rows, run_id=self.run_id)
            places.note(answer["ixs"], answer["ids"])

    def links(self, part: LinkPart) -> None:
        """Write one type's relationships."""
        load = statement("load", part.statement)
        ends = {
            column: (column.replace("_ix", ""), self.places[space])
            for column, space in part.ends.items()
        }
        for rows in self._rows(part.name, part.select, part.source):
            for row in rows:
                for column, (name, places) in ends.items():
                    row[name] = places.id(row.pop(column))
            self._write(load, rows=rows, run_id=self.run_id)

    def end(self, manifest: Mapping[str, Any]) -> None:
        """Bring decisions back to their rings, sweep, and note that the run is whole."""
        for about in ("about_ring", "about_account"):
            self._write(statement("load", about))
        for what in ("relationships", "nodes"):
            self.n_swept += self._repeat(what)
        self._write(
            statement("load", "run_end"), run_id=self.run_id,
            finished_at=finished_at(self.run_id), seed=manifest.get("seed"),
            linkage_version=manifest.get("versions", {}).get("linkage"),
            n_rings=self.written["rings"], n_accounts=self.written["accounts"],
            n_identifiers=self.written["identifiers"],
        )
        self.graph.write((statement("load", "lease_drop"), {"token": self.token}))

    def _rows(self, name: str, select: str, source: str) -> Iterator[list[dict[str, Any]]]:
        """Yield rows in batches of one transaction, and tell who watches."""
        total = int(self.store.scalar(f"select count(*) from {source}"))
        tell, done = self.follow(name), 0
        for batch in self.store.batches(select, rows=10 * N_ROWS):
            for at in range(0, batch.num_rows, N_ROWS):
                rows = batch.slice(at, N_ROWS).to_pylist()
                yield rows
                done += len(rows)
                tell(done, total)
        self.written[name] = done

    def _repeat(self, name: str, **parameters: Any) -> int:
        """Run a statement of ``cypher/sweep`` until it finds nothing more."""
        sweep, total = statement("sweep", name), 0
        tell = self.follow(name.replace("_", " "))
        while True:
            # A decision must know whom it is about before its ring goes.
            self._write(statement("sweep", "note_decided"))
            answer = self._write(sweep, run_id=self.run_id, n_rows=N_ROWS, **parameters)
            total += int(answer["n"])
            tell(total, total)
            if not answer["n"]:
                return total

    def _write(self, one: Query, **parameters: Any) -> dict[str, Any]:
        """Run one statement while this load holds the lease."""
        return self.graph.write(
            (statement("load", "lease_hold"), {"token": self.token}), (one, parameters),
            check=_check_lease,
        )[1]


def _check_lease(answers: tuple[dict[str, Any], ...]) -> None:
    """Stop, and undo the batch, where another load has taken the lease."""
    if not answers[0]["n"]:
        raise LockedError(
            "another load took over the graph", fix="wait for it; nothing of it is torn"
        )


def finished_at(run_id: str) -> str:
    """Return the instant that a run's id names, in ISO 8601.

    Examples
    --------
    >>> finished_at("2026-06-01T020304Z")
    '2026-06-01T02:03:04Z'
    """
    return f"{run_id[:13]}:{run_id[13:15]}:{run_id[15:]}"
