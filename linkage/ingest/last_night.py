"""What the last night counted of skeletons, changed into what they count tonight."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.among import places
from linkage.ingest.band_groups import Flags, Ints
from linkage.ingest.gathered import GONE, Gathered, Misfit
from linkage.ingest.gathering import COUNTED
from linkage.ingest.recounting import Together, recounted
from linkage.ingest.segments import Segment, read_segment


class LastNight:
    """The last night's counts, and the segments that they are of.

    Raises
    ------
    Misfit
        If a segment cannot be read.
    """

    def __init__(self, state: Path, key: bytes, gathered: Gathered) -> None:
        self.gathered = gathered
        try:
            self.segments = [read_segment(state, key, name) for name in gathered.segments]
        except (OSError, pa.ArrowException) as error:
            raise Misfit(f"a segment cannot be read: {type(error).__name__}") from error
        self.gone = gathered.gone
        """Rows of ``GONE``: in entries of the segments, and in none of tonight's."""

    @property
    def n_rows(self) -> int:
        """Rows that the segments stand for."""
        return sum(int(one.n_rows.sum()) for one in self.segments)

    @property
    def n_gone(self) -> int:
        """Rows of them that no longer count."""
        return int(self.gone["n_rows"].to_numpy().sum())

    def take_away(self, rows: Iterable[pa.Table]) -> None:
        """Count the skeletons of entries that no longer count as gone."""
        codes = [table["code"].to_numpy() for table in rows]
        if not codes:
            return
        every = np.concatenate([self.gone["code"].to_numpy(), *codes])
        n = np.concatenate([self.gone["n_rows"].to_numpy(), *map(np.ones_like, codes)])
        code, place = np.unique(every, return_inverse=True)
        n_rows = np.zeros(len(code), dtype=np.int64)
        np.add.at(n_rows, place, n)
        self.gone = pa.table([code, n_rows], schema=GONE)

    def recounted(
        self, new: Sequence[Segment], left_out: pa.ChunkedArray, *, n_threads: int
    ) -> pa.Table:
        """Return rows of ``COUNTED`` for tonight.

        Parameters
        ----------
        new
            Segments of entries that count tonight and did not.
        left_out
            Numbers of skeletons that do not count tonight.
        n_threads
            Threads that compare skeletons, at least 1.

        Raises
        ------
        Misfit
            If the counts are not those of the segments, or one cannot be read.
        """
        last = self.gathered.counted
        parts = [tuple(last[name].to_numpy().astype(np.int64) for name in COUNTED.names)]
        if self.segments or new:
            together = Together([*self.segments, *new])
            before, now = self._flags(together, new, left_out.to_numpy())
            if (before != now).any():
                try:
                    parts.append(recounted(together, before, now, n_threads=n_threads))
                except (OSError, pa.ArrowException) as error:
                    raise Misfit("a segment cannot be read") from error
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

    def chosen(self) -> Iterator[pa.Table]:
        """Yield the skeletons that were counted.

        Raises
        ------
        Misfit
            If they cannot be read.
        """
        try:
            yield from self.gathered.chosen()
        except (OSError, pa.ArrowException) as error:
            raise Misfit("it cannot be read") from error

    def _flags(
        self, together: Together, new: Sequence[Segment], left_out: Ints
    ) -> tuple[Flags, Flags]:
        """Flag, by rank, those that counted and those that count."""
        out_before = self.gathered.left_out.to_numpy()
        gone_before, gone_now = (tuple(gone[name].to_numpy() for name in GONE.names)
                                 for gone in (self.gathered.gone, self.gone))
        # Of all others, everybody counted and counts.
        asked = np.unique(np.concatenate([
            *(one.code for one in new), gone_now[0], out_before, left_out]))
        rank = together.find(asked)
        asked, rank = asked[rank >= 0], rank[rank >= 0]
        n_before = _n_rows(asked, self.segments) - _among(asked, *gone_before)
        n_now = _n_rows(asked, [*self.segments, *new]) - _among(asked, *gone_now)
        if (n_before < 0).any() or (n_now < 0).any():
            raise Misfit("more is gone than was there")
        before, now = (np.ones(together.n, dtype=bool) for _ in range(2))
        before[rank] = (n_before > 0) & ~np.isin(asked, out_before)
        now[rank] = (n_now > 0) & ~np.isin(asked, left_out)
        return before, now


def _n_rows(code: Ints, segments: Sequence[Segment]) -> Ints:
    """Return how many rows the segments stand for of each number."""
    found = np.zeros(len(code), dtype=np.int64)
    for one in segments:
        found += _among(code, one.code, one.n_rows)
    return found


def _among(code: Ints, those: Ints, n_rows: npt.NDArray[np.integer]) -> Ints:
    """Return how many rows there are of each number, of ``those`` in ascending order."""
    found = np.zeros(len(code), dtype=np.int64)
    place, is_there = places(those, code)
    found[is_there] = n_rows[place[is_there]]
    return found
