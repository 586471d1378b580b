"""What remains of a ring when identifiers are taken away: many answers at once.

One answer takes a millisecond of small steps, and a page asks for thirty. Answers are rows
of dense tables, beside the ring's sparse matrix, so that a step is taken for all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from linkage.evidence.incidence import Flags, Floats, Ints
from linkage.rings.features import HELD_NATS, KNOWN_FAMILIES, OWN_KINDS
from linkage.rings.ring_graph import RingGraph
from linkage.signals import NEVER_ALONE

NATS = float(np.log(2))
"""Nats in a bit."""

AT_ONCE = 2_000_000
"""Rows of evidence, over all answers, that are worked on at once."""


@dataclass(frozen=True)
class Remainders:
    """What remains of a ring, one row an answer."""

    kept: Flags
    """(n_answers, n_accounts) members of the largest piece."""
    live: Flags
    """(n_answers, n_identifiers) identifiers that count."""
    bits: Floats
    """(n_answers, n_accounts) what remains of each member's evidence."""
    whole: Flags
    """(n_answers, n_families) families of which something remains."""
    n_pieces: Ints
    """(n_answers,) pieces of two or more members."""

    @property
    def n_accounts(self) -> Ints:
        """(n_answers,) members of the largest piece."""
        return np.asarray(np.count_nonzero(self.kept, axis=1), dtype=np.int64)


def everything(graph: RingGraph) -> Remainders:
    """Return the ring as it is: one answer, nothing taken away, and nobody has left."""
    return Remainders(
        np.ones((1, graph.n_accounts), bool), np.ones((1, len(graph.identifiers)), bool),
        np.array([[member.evidence_bits for member in graph.members]]),
        np.ones((1, len(graph.families)), bool), np.ones(1, np.int64),
    )


def in_parts(graph: RingGraph, gone: Flags) -> Iterator[Flags]:
    """Yield the questions in parts that are worked on at once."""
    most = max(1, AT_ONCE // max(graph.bits.nnz, 1))
    yield from (gone[at : at + most] for at in range(0, len(gone), most))


def remainders(graph: RingGraph, gone: Flags) -> Remainders:
    """Let members leave until nobody does, and keep the largest piece.

    Parameters
    ----------
    graph
        The ring.
    gone
        (n_answers, n_identifiers) what is taken away.
    """
    whole = np.ones((len(gone), len(graph.families)), dtype=bool)
    for at in range(len(graph.families)):
        whole[:, at] = ~gone[:, graph.family == at].all(axis=1)
    # Nobody lacks what nobody holds.
    other = np.empty((len(gone), graph.n_accounts))
    for row, own in enumerate(whole):
        other[row] = graph.prior_bits + graph.other_bits[:, own].sum(axis=1)
    kept = np.ones((len(gone), graph.n_accounts), dtype=bool)
    held = _held_ones(graph)
    while True:
        n_left = _times(held.T, kept, np.int64)
        live = ~gone & ((n_left >= 2) | (n_left == graph.n_rows))
        bits = other + _times(graph.bits, live, np.float64)
        stay = kept & (bits > 0)
        if (stay == kept).all():
            break
        kept = stay
    largest, n_pieces = _largest(graph, kept, live)
    return Remainders(largest, live, bits, whole, n_pieces)


def held_shares(graph: RingGraph, left: Remainders) -> dict[str, Floats]:
    """Share of the members that each family holds, and their mean evidence, by measure."""
    n = np.maximum(left.n_accounts, 1)
    total = [bits[kept].sum() for bits, kept in zip(left.bits, left.kept, strict=True)]
    found = {"nats": np.array(total) * NATS / n}
    for at, name in enumerate(graph.families):
        own = _times(graph.bits, left.live & (graph.family == at), np.float64)
        nats = (own + np.outer(left.whole[:, at], graph.other_bits[:, at])) * NATS
        # Published bits are rounded to a millionth.
        holds = left.kept & (nats >= HELD_NATS - 1e-5)
        found[f"held_{name}"] = np.count_nonzero(holds, axis=1) / n
    return found


def shapes(graph: RingGraph, left: Remainders) -> dict[str, Floats]:
    """How members share within each family, as far as the evidence shows, by measure."""
    inside = _times(_held_ones(graph).T, left.kept, np.int64) * left.live
    n = np.maximum(left.n_accounts, 1)
    counts = (inside >= 2) & graph.creates
    own = inside / np.maximum(graph.n_total, 1)
    answer = np.arange(len(inside))
    # Held by most, of these by fewest strangers, of these the strongest.
    order = inside * (graph.n_total.max(initial=0) + 1) - graph.n_total
    found: dict[str, Floats] = {}
    for family in (*KNOWN_FAMILIES, "other"):
        names = [
            at for at, name in enumerate(graph.families)
            if name == family or (family == "other" and name not in KNOWN_FAMILIES)
        ]
        at = np.flatnonzero(np.isin(graph.family, names))
        for name in ("top", "own", "n"):
            found[f"{name}_{family}"] = np.zeros(len(inside))
        if not len(at):
            continue
        some = counts[:, at]
        top = at[np.where(some, order[:, at], -1).argmax(axis=1)]
        any_at = some.any(axis=1)
        found[f"top_{family}"] = np.where(any_at, inside[answer, top], 0) / n
        found[f"own_{family}"] = np.where(any_at, own[answer, top], 0.0)
        found[f"n_{family}"] = np.count_nonzero(some, axis=1).astype(float)
    for number, family in enumerate(graph.families):
        mine = counts & (own >= 0.5) & (graph.family == number)
        sharing = _times(_held_ones(graph), mine, np.int64)
        found[f"shared_{family}"] = np.count_nonzero(left.kept & (sharing > 0), axis=1) / n
    kind = np.array([one.kind for one in graph.identifiers])
    for name, of_name in OWN_KINDS.items():
        of_kind = counts & (own >= 0.5) & np.isin(kind, of_name)
        found[f"n_{name}"] = np.count_nonzero(of_kind, axis=1).astype(float)
        found[f"{name}_share"] = np.minimum(np.where(of_kind, inside, 0).sum(axis=1) / n, 1.0)
    solid = np.array([name not in NEVER_ALONE for name in graph.families], dtype=bool)
    ties = graph.creates & solid[graph.family] & (2 * inside >= graph.n_total)
    part, _ = _largest(graph, left.kept, left.live & ties)
    found["largest_part"] = np.maximum(np.count_nonzero(part, axis=1), 1.0) / n
    return found


def _held_ones(graph: RingGraph) -> sp.csr_matrix:
    """The ring's matrix with a 1 for each row of evidence."""
    bits = graph.bits
    return sp.csr_matrix(
        (np.ones(bits.nnz, np.int64), bits.indices, bits.indptr), shape=bits.shape
    )


def _times(matrix: sp.spmatrix, flags: Flags, dtype: type[np.generic]) -> Any:
    """Sum a matrix over flagged columns, for each row of flags: (n_answers, n_rows)."""
    return np.ascontiguousarray((matrix @ flags.T.astype(dtype)).T)


def _largest(graph: RingGraph, kept: Flags, live: Flags) -> tuple[Flags, Ints]:
    """Flag the members of each answer's largest piece, and count pieces of two or more."""
    found, n_pieces = kept.copy(), np.ones(len(kept), dtype=np.int64)
    # What hangs together by least hangs together by more: one answer often tells all others.
    least = int(np.count_nonzero(live, axis=1).argmin())
    rows = np.array([least])
    found[rows], n_pieces[rows] = _largest_of_each(graph, kept[rows], live[rows])
    rest = np.ones(len(kept), dtype=bool)
    if n_pieces[least] == 1 and (found[least] == kept[least]).all():
        rest = (kept != kept[least]).any(axis=1) | (live[least] & ~live).any(axis=1)
    rest[least] = False
    rows = np.flatnonzero(rest)
    if len(rows):
        found[rows], n_pieces[rows] = _largest_of_each(graph, kept[rows], live[rows])
    return found, n_pieces


def _largest_of_each(graph: RingGraph, kept: Flags, live: Flags) -> tuple[Flags, Ints]:
    """As :func:`_largest`, every answer by itself."""
    edge = graph.edge
    answer, at = np.nonzero(kept[:, edge.row] & live[:, edge.col])
    piece = graph.pieces_of_each(len(kept), answer, at)
    found, n_pieces = np.zeros_like(kept), np.zeros(len(kept), dtype=np.int64)
    for row, own in enumerate(kept):
        first = piece[row].min(initial=piece.max(initial=0))
        count = np.bincount(piece[row, own] - first, minlength=1)
        if count.max() >= 2:
            found[row] = own & (piece[row] - first == count.argmax())
            n_pieces[row] = np.count_nonzero(count >= 2)
    return found, n_pieces
