"""Templates of what the state knows: a night counts what new skeletons change, and no more.

What the last night counted is kept. Skeletons that came or went since change the counts of those
in their groups; then only those that are like another one are gathered in rounds. The result is
that of gathering everything, which is what happens where nothing was kept that fits.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkage.ingest.band_groups import Codes, Flags, Ints
from linkage.ingest.entries import SKELETON
from linkage.ingest.gathered import Gathered, Misfit, read_gathered, write_gathered
from linkage.ingest.gathering import COUNTED
from linkage.ingest.known import DamagedEntry, Known
from linkage.ingest.known_loading import Placed, pieces
from linkage.ingest.recounting import Among, Changed, recounted
from linkage.ingest.templates import Rounds, rounds
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
    state = known.folder.parent
    entries = [one for one in entries if "skeleton" in one.entry.n_rows]
    left_out = store.arrow("select code from left_out_skeleton order by code")["code"]
    tonight = _Tonight(known, entries, Among(left_out.to_numpy().view(np.uint64)))
    with rounds(store, n_threads) as work:
        try:
            last = _LastNight(tonight, read_gathered(state, key))
            store.put("counted", last.recounted(work))
            codes = store.arrow("select code from counted")["code"].to_numpy()
            tonight.load(store, Among(codes.view(np.uint64)))
        except Misfit as why:
            log.info("all templates are gathered anew: %s", why)
            tonight.load(store, None)
            work.count("skeleton")
        counted = store.arrow("select code, n_follows, n_leads from counted order by code")
        try:
            write_gathered(state, key, Gathered(tonight.names, left_out, counted))
        except OSError as error:
            log.warning("cannot keep what was counted of templates: %s", error)
        del counted
        work.gather("skeleton")
    store.drop("counted", "skeleton", "left_out_skeleton")


class _Tonight:
    """The skeletons that count tonight.

    Parameters
    ----------
    left_out
        Numbers of those in the entries that do not.
    """

    def __init__(self, known: Known, entries: Sequence[Placed], left_out: Among) -> None:
        self.known, self.entries, self.left_out = known, entries, left_out
        self.names = tuple(sorted(one.entry.folder for one in entries))

    def load(self, store: Store, chosen: Among | None) -> None:
        """Make ``skeleton`` of those that count, or of those of them that are chosen."""
        store.put("skeleton", SKELETON.empty_table())
        for rows in self.skeletons(self.entries):
            if chosen is not None:
                rows = rows.filter(pa.array(chosen.flags(_codes(rows))))
            store.append("skeleton", rows)

    def skeletons(self, entries: Iterable[Placed]) -> Iterator[pa.Table]:
        """Yield the skeletons of some entries that count, some of them again."""
        for rows in skeletons(self.known, entries, SKELETON.names):
            is_out = self.left_out.flags(_codes(rows))
            yield rows.filter(pa.array(~is_out)) if is_out.any() else rows


class _LastNight:
    """What the last night counted, and what has changed since.

    Raises
    ------
    Misfit
        If it has to be counted anew.
    """

    def __init__(self, tonight: _Tonight, gathered: Gathered) -> None:
        self._tonight, self._gathered = tonight, gathered
        before = set(gathered.entries)
        self._kept = [one for one in tonight.entries if one.entry.folder in before]
        self._came = [one for one in tonight.entries if one.entry.folder not in before]
        self._left_out = Among(gathered.left_out.to_numpy().view(np.uint64))
        went = []
        for name in sorted(before - set(tonight.names)):
            entry = tonight.known.earlier(name)
            if entry is None:
                raise Misfit("what is known of a file was removed")
            went.append(Placed(0, entry, is_there=False))
        n_kept, n_changed = (
            sum(one.entry.n_rows["skeleton"] for one in those)
            for those in (self._kept, [*self._came, *went])
        )
        if n_changed > MOST_CHANGED * n_kept:
            raise Misfit("much is new")
        self._moved = self._read(went, self._came)

    def _read(self, went: Sequence[Placed], came: Sequence[Placed]) -> "_Moved":
        """Read what may have changed."""
        known = self._tonight.known
        try:
            old = [*skeletons(known, went, SKELETON.names)]
        except DamagedEntry as error:
            raise Misfit("what was known of a file cannot be read") from error
        new = [*skeletons(known, came, SKELETON.names)]
        rows = _once(pa.concat_tables([SKELETON.empty_table(), *old, *new]))
        # One that is in other entries too may count on their account, before or now.
        away = np.setxor1d(self._gathered.left_out.to_numpy(), self._left_out_now())
        own = Among(np.concatenate([_codes(rows), away.view(np.uint64)]))
        elsewhere = [np.zeros(0, dtype=np.int64)]
        for piece in skeletons(known, self._kept, ["code"]):
            elsewhere.append(piece["code"].to_numpy()[own.flags(_codes(piece))])
        in_kept = np.unique(np.concatenate(elsewhere))
        missing = np.setdiff1d(in_kept, rows["code"].to_numpy())
        if len(missing):
            wanted = Among(missing.view(np.uint64))
            found = [piece.filter(pa.array(wanted.flags(_codes(piece))))
                     for piece in skeletons(known, self._kept, SKELETON.names)]
            rows = _once(pa.concat_tables([rows, *found]))
        code = rows["code"].to_numpy()
        is_kept = np.isin(code, in_kept)
        return _Moved(
            rows, is_kept,
            before=(is_kept | _has(old, code)) & ~self._left_out.flags(_codes(rows)),
            now=(is_kept | _has(new, code)) & ~self._tonight.left_out.flags(_codes(rows)),
        )

    def _left_out_now(self) -> Ints:
        """Return the numbers of skeletons that do not count tonight."""
        return self._tonight.left_out.numbers.view(np.int64)

    def _others(self) -> Iterator[pa.Table]:
        """Yield the skeletons that counted before and count now; those that changed, too."""
        yield from self._tonight.skeletons(self._kept)
        moved = self._moved
        yield moved.rows.filter(pa.array(moved.before & moved.now & ~moved.is_kept))

    def recounted(self, work: Rounds) -> pa.Table:
        """Return rows of ``COUNTED``, as tonight's skeletons are."""
        moved, last = self._moved, self._gathered.counted
        changed = moved.before != moved.now
        parts = [tuple(last[name].to_numpy().astype(np.int64) for name in COUNTED.names)]
        if changed.any():
            parts += recounted(
                Changed(moved.rows.filter(pa.array(changed)), moved.now[changed]), self._others,
                most_bytes=work.most_bytes, n_threads=work.n_threads,
            )
        codes, follows, leads = (np.concatenate(column) for column in zip(*parts, strict=True))
        code, place = np.unique(codes, return_inverse=True)
        counts = [np.zeros(len(code), dtype=np.int64) for _ in range(2)]
        for count, change in zip(counts, (follows, leads), strict=True):
            np.add.at(count, place, change)
            if (count < 0).any():
                raise Misfit("its counts are not those of its skeletons")
        at = np.flatnonzero(counts[0] | counts[1])
        return pa.table([code[at], *(count[at].astype(np.uint32) for count in counts)],
                        schema=COUNTED)


@dataclass(frozen=True)
class _Moved:
    """Skeletons that are not only in entries that both nights have."""

    rows: pa.Table
    """Each once."""
    is_kept: Flags
    """(n,) those that are in such entries too."""
    before: Flags
    """(n,) those that counted last night."""
    now: Flags
    """(n,) those that count tonight."""


def skeletons(
    known: Known, entries: Iterable[Placed], columns: Sequence[str]
) -> Iterator[pa.Table]:
    """Yield columns of the skeletons of some entries.

    Raises
    ------
    DamagedEntry
        If an entry cannot be read.
    """
    for one in entries:
        for rows in pieces(known, one, "skeleton", columns, rows=ROWS_AT_ONCE):
            yield rows.select(columns)


def _codes(rows: pa.Table) -> Codes:
    """Return the numbers of some skeletons."""
    codes: Codes = rows["code"].to_numpy().view(np.uint64)
    return codes


def _once(rows: pa.Table) -> pa.Table:
    """Return each skeleton once."""
    return rows.take(pa.array(np.unique(rows["code"].to_numpy(), return_index=True)[1]))


def _has(tables: Sequence[pa.Table], code: Ints) -> Flags:
    """Flag numbers that some tables have."""
    found = [np.zeros(0, dtype=np.int64), *(rows["code"].to_numpy() for rows in tables)]
    flags: Flags = np.isin(code, np.concatenate(found))
    return flags
