"""Publishes what the investigators' graph needs beyond the rings: who holds what, and links."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp
from scipy.sparse.csgraph import minimum_spanning_tree

from linkage.communities.settle import Communities
from linkage.evidence.families import FamilyAgreements
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.ordering import order_of
from linkage.queries import query
from linkage.schema import (
    GRAPH_ACCOUNTS,
    GRAPH_HOLDINGS,
    GRAPH_IDENTIFIERS,
    GRAPH_LINKS,
    GRAPH_RELATIONS,
)
from linkage.store import Store

FOLDER = "graph"
"""Folder of these tables in a run's output: an output is no input, so names may repeat."""

MOST_HOLDERS = 3_000
"""A value with more holders is shown as a hub, whatever its kind."""

N_STRONGEST = 5
"""Links kept per account beside the spanning forest: a device of 50 accounts would be a
clique of 1,225 links, and tells no more than its 50 holdings."""

EVEN_BITS = 0.0
"""Posterior log odds from which a pair outside of rings counts as linked."""

_ROWS = 250_000
"""Rows of a row group. Batches are cut to it, so that threads never change a byte."""


@dataclass(frozen=True)
class StrongPairs:
    """The pairs that joined the graph of accounts, with what each agrees in."""

    pair: Ints
    """(n_pairs,) left * n_accounts + right, ascending."""
    bits: Floats
    """(n_pairs,) posterior log odds."""
    start: Ints
    """(n_pairs + 1,) where the pair's kinds begin in ``kind``."""
    kind: Ints
    """Kinds, as ``Incidence.signals`` has them, by pair, then name."""


def with_kinds(best: FamilyAgreements, pair: Ints, bits: Floats) -> StrongPairs:
    """Return strong pairs with the kinds of their agreements, one a family."""
    at = np.searchsorted(pair, best.pair)
    is_strong = pair[np.minimum(at, max(len(pair) - 1, 0))] == best.pair if len(pair) else (
        np.zeros(len(best.pair), dtype=bool))
    owner, kind = at[is_strong], best.kind[is_strong].astype(np.int16)
    order = np.lexsort((kind, owner))
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(pair)))])
    return StrongPairs(pair, bits, start, kind[order])


@contextmanager
def stored_tables(
    store: Store, folder: Path, *, threads: int
) -> Iterator[Callable[[], dict[str, int]]]:
    """Write the tables of the graph that the store alone makes, while this lasts.

    Parameters
    ----------
    store
        The stage tables, which nobody else may change meanwhile.
    folder
        The run's output; the tables go into its folder ``graph``.
    threads
        With 1, they are written before anything else goes on.

    Yields
    ------
    callable
        Waits for the tables and returns their rows.
    """
    place = folder / FOLDER
    place.mkdir()

    def write() -> dict[str, int]:
        return {
            f"{name}s": _write(place / f"{name}s.parquet", schema, _stored(store, name))
            for name, schema in (
                ("account", GRAPH_ACCOUNTS), ("identifier", GRAPH_IDENTIFIERS),
                ("holding", GRAPH_HOLDINGS), ("relation", GRAPH_RELATIONS))
        }

    # One after the other: what goes on meanwhile has the other processors.
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(write)
        if threads == 1:
            rows.result()
        yield rows.result


def _stored(store: Store, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table of the graph."""
    made = query("rings", f"graph_{name}")
    told = {"most_holders": MOST_HOLDERS}
    return store.batches(made.body, {key: told[key] for key in made.parameters}, rows=_ROWS)


def write_links(
    folder: Path, incidence: Incidence, pairs: StrongPairs, found: Communities
) -> dict[str, int]:
    """Write the links of the graph and return their number.

    Parameters
    ----------
    folder
        The run's output.
    incidence, pairs, found
        Who holds what, which pairs are strong, and who is in which ring.
    """
    links = _links(incidence, pairs, found)
    return {"links": _write(folder / FOLDER / "links.parquet", GRAPH_LINKS, [links])}


def _write(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch | pa.Table]) -> int:
    """Stream batches into a Parquet file of equal row groups and return its rows."""
    n_rows = 0
    waiting: list[pa.Table] = []
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
            waiting.append(table.cast(schema))
            n_rows += table.num_rows
            if sum(one.num_rows for one in waiting) >= _ROWS:
                whole = pa.concat_tables(waiting)
                n_full = whole.num_rows // _ROWS * _ROWS
                writer.write_table(whole.slice(0, n_full), row_group_size=_ROWS)
                waiting = [whole.slice(n_full)]
        if waiting:
            writer.write_table(pa.concat_tables(waiting), row_group_size=_ROWS)
    return n_rows


def _links(incidence: Incidence, pairs: StrongPairs, found: Communities) -> pa.Table:
    """Thin the pairs that survived, and name what they agree in."""
    n = incidence.n_accounts
    ring = np.full(n, -1, dtype=np.int64)
    ring[found.account] = found.ring
    left, right = pairs.pair // n, pairs.pair % n
    is_inside = (ring[left] == ring[right]) & (ring[left] >= 0)
    survived = np.flatnonzero(is_inside | (pairs.bits >= EVEN_BITS))
    # Links inside a ring go first, so that the forest spans each ring as far as links do.
    # Equals keep their order, which is that of the pairs.
    rank = np.lexsort((-pairs.bits[survived], ~is_inside[survived]))
    ordered = survived[rank]
    kept = np.sort(ordered[_backbone(left[ordered], right[ordered], n)])
    start, length = pairs.start[kept], np.diff(pairs.start)[kept]
    ends = np.cumsum(length)
    kind = pairs.kind[np.repeat(start - (ends - length), length) + np.arange(length.sum())]
    names = pa.array([known.kind for known in incidence.signals], pa.string())
    return pa.table({
        "account_ix_l": left[kept], "account_ix_r": right[kept],
        "bits": np.round(pairs.bits[kept], 6),
        "kinds": pa.ListArray.from_arrays(
            pa.array(np.concatenate([[0], ends]), pa.int32()), names.take(pa.array(kind))),
    }).cast(GRAPH_LINKS)


def _backbone(left: Ints, right: Ints, n_accounts: int) -> Flags:
    """Flag the pairs of a spanning forest and each account's strongest.

    Pairs come strongest first; the forest is Kruskal's.
    """
    n_pairs = len(left)
    kept = np.zeros(n_pairs, dtype=bool)
    # Ranks are all different, so the lightest forest is the only one.
    forest = minimum_spanning_tree(sp.coo_matrix(
        (np.arange(1, n_pairs + 1, dtype=np.float64), (left, right)),
        shape=(n_accounts, n_accounts),
    ).tocsr())
    kept[forest.data.astype(np.int64) - 1] = True
    # Both ends of a pair stand together, so that those of an account keep the pairs' order.
    ends = np.column_stack([left, right]).ravel()
    order = order_of(ends, n_accounts)
    owner = ends[order]
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if n_pairs else owner
    turn = np.arange(len(owner)) - np.repeat(first, np.diff(np.r_[first, len(owner)]))
    kept[order[turn < N_STRONGEST] // 2] = True
    return kept
