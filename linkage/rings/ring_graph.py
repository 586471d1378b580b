"""One ring as accounts by identifiers, from the files of a run.

Everything about a ring's shape is asked of this sparse matrix. Pairs of accounts are never
listed: an identifier of 25,000 holders is one column, and not 312 million pairs.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse as sp

from linkage.evidence.incidence import Flags, Floats, Ints
from linkage.rings.calibration import BUILT_IN, Calibration, calibration_of
from linkage.rings.measures import measures_of
from linkage.rings.read import (
    Member,
    Ring,
    find_ring,
    read_manifest,
    read_members,
    read_optional,
    read_output,
)
from linkage.rings.view import RingIdentifier, ring_identifiers
from linkage.rings.wording import ABSENCE, Wording, wording


@dataclass(frozen=True)
class RingGraph:
    """Who of a ring holds what, and what it says in bits."""

    ring: Ring
    members: tuple[Member, ...]
    """Rows, most confident first."""
    identifiers: tuple[RingIdentifier, ...]
    """Columns, by falling sum of bits."""
    bits: sp.csr_matrix
    """(n_accounts, n_identifiers) what each identifier adds to each membership, above 0."""
    other_bits: Floats
    """(n_accounts, n_families) bits that rows about no identifier take from each family."""
    prior_bits: Floats
    """(n_accounts,) bits of everything else: the prior odds."""
    families: tuple[str, ...]
    """Families at hand in the run, sorted."""
    measures: dict[str, float]
    """What the judge saw of the ring; empty when the run did not publish it."""
    calibration: Calibration = BUILT_IN
    """What the run judged by."""

    @property
    def n_accounts(self) -> int:
        """Number of members."""
        return len(self.members)

    @cached_property
    def family(self) -> Ints:
        """(n_identifiers,) index into ``families``."""
        place = {name: at for at, name in enumerate(self.families)}
        return np.array([place[one.family] for one in self.identifiers], dtype=np.int64)

    @cached_property
    def creates(self) -> Flags:
        """(n_identifiers,) may the identifier tie accounts by itself?"""
        return np.array([one.creates for one in self.identifiers], dtype=bool)

    @cached_property
    def n_total(self) -> Ints:
        """(n_identifiers,) accounts of the run that hold each identifier."""
        return np.array([one.n_accounts_total for one in self.identifiers], dtype=np.int64)

    @cached_property
    def edge(self) -> sp.coo_matrix:
        """``bits`` as rows, columns and data: one entry per row of evidence."""
        return self.bits.tocoo()

    @cached_property
    def n_rows(self) -> Ints:
        """(n_identifiers,) rows of evidence about each identifier, at least 1."""
        return np.bincount(self.edge.col, minlength=len(self.identifiers))

    def pieces(self, alive: Flags) -> Ints:
        """(n_accounts,) which piece each account is in, joined by some rows of ``edge`` alone."""
        at = np.flatnonzero(alive)
        piece: Ints = self.pieces_of_each(1, np.zeros(len(at), dtype=np.int64), at)[0]
        return piece

    def pieces_of_each(self, n_answers: int, answer: Ints, at: Ints) -> Ints:
        """(n_answers, n_accounts) the pieces, for several choices of rows at once.

        Parameters
        ----------
        n_answers
            Number of choices.
        answer, at
            (n_chosen,) choice, from 0, and position in ``edge`` of each row that joins;
            both in order.
        """
        n, size = self.n_accounts, sum(self.bits.shape)
        first, column = answer * size, self.edge.col[at]
        # Of some identifiers one holder alone has a row: the others of the ring hold it too,
        # and it says nothing of them. They are taken to be where the surest member is: each
        # choice has a vertex more, which joins them to it.
        unseen = np.flatnonzero(self._is_seen_once[column])
        joins = np.concatenate([np.arange(n_answers), answer[unseen]])
        joined = np.concatenate([np.arange(n_answers) * size, (first + n + column)[unseen]])
        n_of = np.bincount(first + self.edge.row[at], minlength=n_answers * size)
        n_of = np.concatenate([n_of, np.bincount(joins, minlength=n_answers)])
        ends = np.concatenate([first + n + column, joined[np.argsort(joins, kind="stable")]])
        # Rows come in order, so that nothing has to be sorted.
        graph = sp.csr_matrix(
            (np.ones(len(ends)), ends, np.concatenate([[0], np.cumsum(n_of)])),
            shape=(n_answers * (size + 1),) * 2,
        )
        piece = sp.csgraph.connected_components(graph, directed=False)[1]
        piece = piece[: n_answers * size].reshape(n_answers, size)[:, :n]
        return np.asarray(piece, dtype=np.int64)

    @cached_property
    def _is_seen_once(self) -> Flags:
        """(n_identifiers,) do several of the ring hold the identifier, and one has a row?"""
        inside = np.array([one.n_accounts_in_ring for one in self.identifiers], dtype=np.int64)
        seen_once: Flags = (self.n_rows == 1) & (inside >= 2)
        return seen_once


def ring_graph(
    ring: Ring,
    members: tuple[Member, ...],
    evidence: pa.Table,
    *,
    measures: dict[str, float] | None = None,
    words: Wording | None = None,
    calibration: Calibration = BUILT_IN,
) -> RingGraph:
    """Build the graph of one ring.

    Parameters
    ----------
    ring, members
        Rows of ``rings.parquet`` and ``members.parquet``.
    evidence
        The ring's rows of ``evidence.parquet``, whole.
    measures
        What the judge saw of the ring, if the run published it.
    words
        Families and sentences of kinds.
    calibration
        What the run judged by.
    """
    words = words or Wording()
    rows = evidence.select(["account_id", "kind", "identifier_id", "label", "bits"]).to_pandas()
    held = (rows["identifier_id"] != "").to_numpy()
    identifiers = ring_identifiers(
        evidence.filter(pa.array(held)), {ring.ring_id: ring.n_accounts}, words=words
    ).get(ring.ring_id, ())
    row_of = pd.Index([member.account_id for member in members])
    at = row_of.get_indexer(rows["account_id"])
    known = at >= 0
    column_of = pd.MultiIndex.from_tuples(
        [(one.kind, one.identifier_id) for one in identifiers], names=["kind", "identifier_id"]
    ) if identifiers else pd.MultiIndex.from_arrays([[], []])
    named = rows[held & known]
    column = column_of.get_indexer(pd.MultiIndex.from_frame(named[["kind", "identifier_id"]]))
    bits = sp.csr_matrix(
        (named["bits"].to_numpy(), (at[held & known], column)),
        shape=(len(members), len(identifiers)),
    )
    families = _families(identifiers, rows, measures or {}, words)
    absent = (rows["kind"] == ABSENCE).to_numpy() & rows["label"].isin(families).to_numpy() & known
    other = np.zeros((len(members), len(families)))
    place = pd.Index(families).get_indexer(rows["label"][absent])
    np.add.at(other, (at[absent], place), rows["bits"].to_numpy()[absent])
    rest = known & ~held & ~absent
    prior = np.zeros(len(members))
    np.add.at(prior, at[rest], rows["bits"].to_numpy()[rest])
    return RingGraph(
        ring, members, identifiers, bits, other, prior, families, measures or {}, calibration,
    )


def read_ring_graph(out: Path, ring_id: str) -> RingGraph:
    """Return the graph of one ring of an output folder.

    Raises
    ------
    InputError
        If there is no such ring, or a table is missing.
    """
    ring = find_ring(out, ring_id)
    of_ring = [("ring_id", "=", ring.ring_id)]
    measures = read_optional(out, "measures", filters=of_ring)
    manifest = read_manifest(out)
    return ring_graph(
        ring,
        read_members(out, ring.ring_id),
        read_output(out, "evidence", filters=of_ring),
        measures=None if measures is None else measures_of(measures, ring.ring_id),
        words=wording(manifest),
        calibration=calibration_of(manifest),
    )


def _families(
    identifiers: tuple[RingIdentifier, ...], rows: pd.DataFrame, measures: dict[str, float],
    words: Wording,
) -> tuple[str, ...]:
    """Name the families at hand: those the judge saw, or else those of the rows."""
    judged = {name.removeprefix("held_") for name in measures if name.startswith("held_")}
    seen = {one.family for one in identifiers} | {*words.families.values()}
    absent = set(rows.loc[rows["kind"] == ABSENCE, "label"].dropna()) & (judged | seen)
    return tuple(sorted(judged | {one.family for one in identifiers} | absent))
