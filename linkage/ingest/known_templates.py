"""Templates of what the state knows: a night counts what new skeletons change, and no more.

What the last night counted is kept, and so are its skeletons, sorted by band. Those that came or
went since change the counts of those in their groups; then only those that are like another one
are gathered in rounds. The result is that of gathering everything, which is what happens where
nothing was kept that fits.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.among import Among, Codes
from linkage.ingest.entries import SKELETON
from linkage.ingest.gathered import (
    GONE,
    Gathered,
    Misfit,
    drop_gathered,
    read_gathered,
    write_gathered,
)
from linkage.ingest.gathering import Gathering
from linkage.ingest.known import DamagedEntry, Known
from linkage.ingest.known_loading import Placed, pieces
from linkage.ingest.last_night import LastNight
from linkage.ingest.recounting import BYTES_A_SKELETON
from linkage.ingest.segments import Segment, taken_up, write_segment, write_together
from linkage.ingest.templates import Rounds, rounds
from linkage.sharing import ahead
from linkage.store import Store

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 1 << 18
"""Skeletons that are looked through at once."""

MOST_CHANGED = 0.25
"""Share of skeletons above which counting everything is less work than counting changes."""


def make_known_templates(
    store: Store, known: Known, entries: Sequence[Placed], key: bytes, *, n_threads: int
) -> None:
    """Make ``template`` as :func:`linkage.ingest.templates.make_templates`, and keep the counts.

    Parameters
    ----------
    entries
        Of events. Skeletons in the table ``left_out_skeleton`` do not count.
    key
        The deployment's secret key.
    n_threads
        Threads that compare skeletons, at least 1.

    Raises
    ------
    DamagedEntry
        If an entry cannot be read.
    """
    entries = [one for one in entries if "skeleton" in one.entry.n_rows]
    with rounds(store, n_threads) as work:
        tonight = _Tonight(store, known, entries, key, work)
        try:
            tonight.count_changes()
        except Misfit as why:
            log.info("all templates are gathered anew: %s", why)
            tonight.count_all()
        work.gather("skeleton")
    store.drop("counted", "skeleton", "left_out_skeleton")


class _Tonight:
    """The skeletons of a night, and what is counted of them.

    Parameters
    ----------
    entries
        Of events, each with skeletons.
    """

    def __init__(
        self, store: Store, known: Known, entries: Sequence[Placed], key: bytes, work: Rounds
    ) -> None:
        self._store, self._known, self._entries, self._key = store, known, entries, key
        self._state, self._work = known.folder.parent, work
        self._names = tuple(sorted(one.entry.folder for one in entries))
        self._left_out = store.arrow("select code from left_out_skeleton order by code")["code"]

    def count_all(self) -> None:
        """Make ``skeleton`` and ``counted`` from everything."""
        out = Among(_codes(self._left_out))
        store = self._store
        store.put("skeleton", SKELETON.empty_table())
        others = []
        for rows in self._skeletons(self._entries):
            is_out = pa.array(out.flags(_codes(rows["code"])))
            store.append("skeleton", rows.filter(pc.invert(is_out)))
            others.append(rows.filter(is_out))
        self._work.count("skeleton")
        try:
            if BYTES_A_SKELETON * store.count("skeleton") > self._work.most_bytes:
                drop_gathered(self._state)
                return
            for rows in others:
                store.append("skeleton", rows)
            self._keep(self._segments(), GONE.empty_table())
        except OSError as error:
            _warn(error)

    def count_changes(self) -> None:
        """Make ``skeleton``, of those alone that are like another, and ``counted``.

        Raises
        ------
        Misfit
            If everything has to be counted.
        """
        last = LastNight(self._state, self._key, read_gathered(self._state, self._key))
        before = set(last.gathered.entries)
        came = [one for one in self._entries if one.entry.folder not in before]
        self._check(last, sum(one.entry.n_rows["skeleton"] for one in came))
        last.take_away(self._went(before))
        self._store.put("skeleton", SKELETON.empty_table())
        for rows in self._skeletons(came):
            self._store.append("skeleton", rows)
        try:
            new = self._segments()
        except OSError as error:
            raise Misfit("the new ones cannot be written") from error
        counted = last.recounted(new, self._left_out, n_threads=self._work.n_threads)
        self._store.put("counted", counted)
        self._choose(last, counted, {one.entry.folder for one in came})
        try:
            self._keep(self._merged(last.segments, new), last.gone)
        except OSError as error:
            _warn(error)

    def _check(self, last: LastNight, n_came: int) -> None:
        """Refuse what would take more work or memory than counting everything."""
        n = last.n_rows
        if n_came + last.n_gone > MOST_CHANGED * n:
            raise Misfit("much is new")
        if BYTES_A_SKELETON * (n + n_came) > self._work.most_bytes:
            raise Misfit("more are kept than there is memory for")

    def _went(self, before: set[str]) -> Iterator[pa.Table]:
        """Yield the skeletons of entries that no longer count."""
        for name in sorted(before - set(self._names)):
            entry = self._known.earlier(name)
            if entry is None:
                raise Misfit("what is known of a file was removed")
            try:
                yield from self._skeletons([Placed(0, entry, is_there=False)], ["code"])
            except DamagedEntry as error:
                raise Misfit("what was known of a file cannot be read") from error

    def _segments(self) -> list[Segment]:
        """Write the skeletons of ``skeleton`` as a segment; none where there is none."""
        if not self._store.count("skeleton"):
            return []
        those = Gathering(self._store, "skeleton", n_threads=self._work.n_threads)
        return [write_segment(self._state, self._key, those)]

    def _merged(self, segments: Sequence[Segment], new: Sequence[Segment]) -> list[Segment]:
        """Return all segments, with a new one that has taken up those not much larger."""
        if not new or not (those := taken_up(segments, new[0])):
            return [*segments, *new]
        rest = [one for one in segments if one not in those]
        return [*rest, write_together(self._state, self._key, [*those, *new])]

    def _choose(self, last: LastNight, counted: pa.Table, came: set[str]) -> None:
        """Leave in ``skeleton`` those that are counted, and add those that came before."""
        store = self._store
        store.create("skeleton", "select s.* from skeleton as s semi join counted as c "
                                 "on s.code = c.code")
        wanted = Among(_codes(counted["code"]))
        for rows in last.chosen():
            store.append("skeleton", _those(rows, wanted))
        missing = store.arrow(
            "select code from counted as c anti join skeleton as s on c.code = s.code")["code"]
        if len(missing):
            wanted = Among(_codes(missing))
            kept = [one for one in self._entries if one.entry.folder not in came]
            store.append("skeleton", pa.concat_tables(
                ahead(kept, lambda one: self._found(one, wanted), self._work.n_threads)))

    def _found(self, entry: Placed, wanted: Among) -> pa.Table:
        """Return those skeletons of an entry that are wanted."""
        return pa.concat_tables(
            [SKELETON.empty_table(),
             *(_those(rows, wanted) for rows in self._skeletons([entry]))])

    def _keep(self, segments: Sequence[Segment], gone: pa.Table) -> None:
        """Keep what was counted."""
        chosen = "select s.* from skeleton as s semi join counted as c on s.code = c.code"
        write_gathered(self._state, self._key, Gathered(
            self._names, tuple(one.name for one in segments), self._left_out, gone,
            self._store.arrow("select code, n_follows, n_leads from counted order by code"),
            lambda: map(_table, self._store.batches(chosen, rows=ROWS_AT_ONCE)),
        ))

    def _skeletons(
        self, entries: Iterable[Placed], columns: Sequence[str] = SKELETON.names
    ) -> Iterator[pa.Table]:
        """Yield the skeletons of some entries, some of them again."""
        for one in entries:
            for rows in pieces(self._known, one, "skeleton", columns, rows=ROWS_AT_ONCE):
                yield rows.select(columns)


def _table(rows: pa.RecordBatch) -> pa.Table:
    """Return a batch as a table."""
    return pa.Table.from_batches([rows])


def _those(rows: pa.Table, wanted: Among) -> pa.Table:
    """Return the skeletons whose numbers are wanted."""
    return rows.filter(pa.array(wanted.flags(_codes(rows["code"]))))


def _codes(codes: pa.ChunkedArray) -> Codes:
    """Return the numbers of some skeletons."""
    found: Codes = codes.to_numpy().view(np.uint64)
    return found


def _warn(error: OSError) -> None:
    """Say that the next night has more to do."""
    log.warning("cannot keep what was counted of templates: %s", error)
