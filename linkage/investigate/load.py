"""Loads a run into Neo4j: write first, then sweep, so that a reader never sees a gap.

One load writes at a time and one transaction after the other, so no two of them ever wait
for the same hub. Every statement is safe twice: a load that was killed is simply run again.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa

from linkage.evidence.incidence import Ints
from linkage.investigate.client import Graph
from linkage.investigate.lease import Lease
from linkage.investigate.parts import LINKS, NODES, LinkPart, NodePart
from linkage.investigate.selection import Selection, selected
from linkage.queries import statement
from linkage.rings.read import read_manifest
from linkage.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

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
        lease = Lease(graph, str(manifest["run_id"]))
        work = _Load(store, lease, follow or nobody)
        work.begin(selection.name)
        for node in NODES:
            work.nodes(node)
        for link in LINKS:
            work.links(link)
        work.sweep()
        lease.finish(manifest, selection.name, work.written)
    result = LoadResult(
        lease.run_id, selection.name, work.written, work.n_swept, time.monotonic() - begun
    )
    log.info("stage=load run=%s %s swept=%d seconds=%.1f", result.run_id, " ".join(
        f"{name.replace(' ', '_')}={n}" for name, n in result.written.items() if n
    ), result.n_swept, result.seconds)
    return result


def nobody(name: str) -> Callable[[int, int], None]:
    """Follow nothing."""
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

    def ids(self, ixs: pa.Array) -> list[str]:
        """Return nodes' elementIds."""
        return [f"{self.prefix}{number}" for number in self.number[ixs.to_numpy()].tolist()]


@dataclass
class _Load:
    """One load under way."""

    store: Store
    lease: Lease
    follow: Follow
    places: dict[str, _Places] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    n_swept: int = 0

    @property
    def run_id(self) -> str:
        """The run that is loaded."""
        return self.lease.run_id

    def begin(self, part: str) -> None:
        """Note that the run is under way; take back the stamps of another part of it."""
        begun = self.lease.write(statement("load", "run_begin"), run_id=self.run_id)
        if begun["part"] not in (None, part):
            for what in ("relationships", "nodes"):
                self._repeat(f"unstamp_{what}", stamp=f"{self.run_id} ({begun['part']})")
        self.lease.write(statement("load", "run_part"), run_id=self.run_id, part=part)

    def nodes(self, part: NodePart) -> None:
        """Write one label's nodes and remember where they lie."""
        places = self.places.setdefault(part.space, _Places())
        load = statement("load", part.statement)
        for rows in self._rows(part, {}):
            answer = self.lease.write(load, rows=rows, run_id=self.run_id)
            places.note(answer["ixs"], answer["ids"])

    def links(self, part: LinkPart) -> None:
        """Write one type's relationships."""
        load = statement("load", part.statement)
        ends = {column: self.places[space] for column, space in part.ends}
        for rows in self._rows(part, ends):
            self.lease.write(load, rows=rows, run_id=self.run_id)

    def sweep(self) -> None:
        """Bring decisions back to their rings, then delete what this run did not stamp."""
        for about in ("about_ring", "about_account"):
            self.lease.write(statement("load", about))
        for what in ("relationships", "nodes"):
            self.n_swept += self._repeat(what)

    def _rows(
        self, part: NodePart | LinkPart, ends: Mapping[str, _Places]
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield rows in batches of one transaction, and tell who watches."""
        total, done = self.store.count(part.table), 0
        tell = self.follow(part.name)
        batches = self.store.batches(part.select, rows=10 * N_ROWS)
        for rows in ahead(_cut(batches, ends)):
            yield rows
            done += len(rows)
            tell(done, total)
        self.written[part.name] = done

    def _repeat(self, name: str, **parameters: Any) -> int:
        """Run a statement of ``cypher/sweep`` until it finds nothing more."""
        sweep, total = statement("sweep", name), 0
        tell = self.follow(name.replace("_", " "))
        while True:
            # A decision must know whom it is about before its ring goes.
            self.lease.write(statement("sweep", "note_decided"))
            answer = self.lease.write(sweep, run_id=self.run_id, n_rows=N_ROWS, **parameters)
            total += int(answer["n"])
            tell(total, total)
            if not answer["n"]:
                return total


def _cut(
    batches: Iterable[pa.RecordBatch], ends: Mapping[str, _Places]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of one transaction each, nodes as elementIds."""
    for batch in batches:
        for at in range(0, batch.num_rows, N_ROWS):
            some = batch.slice(at, N_ROWS)
            columns = {
                name.replace("_ix", "") if name in ends else name:
                ends[name].ids(column) if name in ends else column.to_pylist()
                for name, column in zip(some.schema.names, some.columns, strict=True)
            }
            yield [dict(zip(columns, row, strict=True))
                   for row in zip(*columns.values(), strict=True)]


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items, each made in a thread of its own while the one before it is used.

    Examples
    --------
    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    nothing = object()
    with ThreadPoolExecutor(1) as maker:
        coming: Future[T | object] = maker.submit(next, items, nothing)
        while (item := coming.result()) is not nothing:
            coming = maker.submit(next, items, nothing)
            yield cast(T, item)
