"""The picture of a ring's core: a bounded choice of accounts and identifiers, laid out."""

import random
from typing import Any

import igraph
import numpy as np

from linkage.evidence.incidence import Flags, Ints
from linkage.rings.ring_graph import RingGraph
from linkage.rings.structure import Structure

MOST_ACCOUNTS = 150
MOST_IDENTIFIERS = 48
ROUNDS = 300
"""Rounds of the layout."""

PULL = 2.0
"""How much stronger than a link a sub-group holds its accounts together."""


def core_picture(graph: RingGraph, shape: Structure) -> dict[str, list[dict[str, Any]]]:
    """Return rows of ``accounts``, ``identifiers`` and ``links`` with their places.

    Each sub-group brings the identifiers that say most of it, and its accounts that hold
    most of those, so that the picture has the shape of the ring however large it is.
    """
    part = np.array(shape.part_of, dtype=np.int64)
    groups = sorted(set(part[part > 0].tolist())) or [0]
    columns = _identifiers(graph, part, groups)
    rows = _accounts(graph, part, groups, columns)
    edge = graph.edge
    drawn = rows[edge.row] & columns[edge.col]
    place_of_row = np.cumsum(rows) - 1
    place_of_column = np.cumsum(columns) - 1 + rows.sum()
    ends = np.column_stack([place_of_row[edge.row[drawn]], place_of_column[edge.col[drawn]]])
    at = _places(ends, part[rows], int(columns.sum()))
    return {
        "accounts": [
            {"x": at[place_of_row[row]][0], "y": at[place_of_row[row]][1],
             "account": graph.members[row].account_id, "role": graph.members[row].role,
             "part": int(part[row]), "sub-group": str(part[row]) if part[row] else "none"}
            for row in np.flatnonzero(rows)
        ],
        "identifiers": [
            {"x": at[place_of_column[column]][0], "y": at[place_of_column[column]][1],
             "number": int(column) + 1,
             "accounts that": graph.identifiers[column].sentence[:80],
             "in ring": graph.identifiers[column].n_accounts_in_ring,
             "of all": graph.identifiers[column].n_accounts_total}
            for column in np.flatnonzero(columns)
        ],
        "links": [
            {"x": at[left][0], "y": at[left][1], "x2": at[right][0], "y2": at[right][1]}
            for left, right in ends.tolist()
        ],
    }


def _identifiers(graph: RingGraph, part: Ints, groups: list[int]) -> Flags:
    """Flag the identifiers that say most of each sub-group, and most of the ring."""
    chosen = np.zeros(len(graph.identifiers), dtype=bool)
    chosen[: MOST_IDENTIFIERS // 4] = True
    each = max(1, (MOST_IDENTIFIERS - MOST_IDENTIFIERS // 4) // len(groups))
    everyone = np.array([one.bits for one in graph.identifiers])
    for group in groups:
        mine = part[graph.edge.row] == group
        ours = np.bincount(graph.edge.col[mine], weights=graph.edge.data[mine],
                           minlength=len(everyone))
        worth = ours * ours / np.maximum(everyone, 1e-12)
        best = np.argsort(-worth, kind="stable")[:each]
        chosen[best[worth[best] > 0]] = True
    return chosen


def _accounts(graph: RingGraph, part: Ints, groups: list[int], columns: Flags) -> Flags:
    """Flag the accounts of each sub-group that hold most of what is drawn."""
    edge = graph.edge
    kept = columns[edge.col]
    worth = np.bincount(edge.row[kept], weights=edge.data[kept], minlength=graph.n_accounts)
    n_held = np.bincount(edge.row[kept], minlength=graph.n_accounts)
    if graph.n_accounts <= MOST_ACCOUNTS:
        return n_held > 0
    chosen = np.zeros(graph.n_accounts, dtype=bool)
    each = max(1, MOST_ACCOUNTS // len(groups))
    for group in groups:
        own = np.flatnonzero((part == group) & (n_held > 0))
        order = np.lexsort((own, -worth[own], -n_held[own]))
        chosen[own[order[:each]]] = True
    return chosen


def _places(ends: Ints, part: Ints, n_identifiers: int) -> list[tuple[float, float]]:
    """Lay vertices out by their links; the same picture every time.

    Each sub-group has a centre of its own, which pulls its accounts together and is not
    drawn.
    """
    n = len(part) + n_identifiers
    own = np.flatnonzero(part > 0)
    pulls = np.column_stack([own, n + part[own] - 1])
    igraph.set_random_number_generator(random.Random(0))
    drawn = igraph.Graph(n=n + int(part.max(initial=0)), edges=np.vstack([ends, pulls]))
    places = drawn.layout_fruchterman_reingold(
        niter=ROUNDS, seed=drawn.layout_circle(), grid=False,
        weights=[1.0] * len(ends) + [PULL] * len(own),
    )
    return [(round(x, 3), round(y, 3)) for x, y in list(places)[:n]]
