"""Counts anew what skeletons that came or went change: the groups that they are in, no others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from linkage.ingest.among import along, distinct, places
from linkage.ingest.band_groups import MOST_COMPARED, Codes, Flags, Ints, are_alike
from linkage.ingest.prompts import BANDS
from linkage.ingest.segments import RANK_BITS, RANKS, Segment
from linkage.sharing import ahead

Ranks = npt.NDArray[np.int32]
Values = TypeVar("Values", Ints, Codes)

BYTES_A_SKELETON = 64
"""Memory that all of them take here, one of the bands included."""

ROWS_AT_ONCE = 1 << 20

FEW = 2 * MOST_COMPARED
"""Members of a group that are looked at to learn whether others come first than before."""

_RANK = np.uint64((1 << 32) - 1)
_GROUP = np.uint64(32)


class Together:
    """The skeletons of several segments, each once; their ranks are those of their numbers.

    Parameters
    ----------
    segments
        At least one.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = sorted(segments, key=lambda one: -len(one.code))
        self._ranks, self.n = _ranks([one.code for one in self.segments])
        self._begins = np.cumsum([0, *(len(one.code) for one in self.segments)])
        self._place = np.empty(self.n, dtype=np.int32)
        for ranks, begin in zip(self._ranks, self._begins, strict=False):
            self._place[ranks] = np.arange(begin, begin + len(ranks), dtype=np.int32)

    def codes(self, rank: Ints) -> Ints:
        """Return the numbers of some."""
        return self._of_segments(rank, [one.code for one in self.segments])

    def digests(self, rank: Ints) -> Codes:
        """Return the digests of some."""
        return self._of_segments(rank, [one.digest for one in self.segments])

    def _of_segments(self, rank: Ints, values: Sequence[Values]) -> Values:
        """Return what the segments have for some, of what each has by its own ranks."""
        place = self._place[rank]
        # Nearly all are of the first: theirs are taken at once, and the others' put over them.
        found = np.take(values[0], place, axis=0, mode="clip")
        rest = np.flatnonzero(place >= len(values[0]))
        of = np.searchsorted(self._begins, place[rest], side="right") - 1
        for number, its in enumerate(values[1:], 1):
            at = rest[of == number]
            found[at] = its[place[at] - self._begins[number]]
        return found

    def find(self, code: Ints) -> Ints:
        """Return the rank of each number: (n,), -1 of those that are nobody's."""
        found = np.full(len(code), -1, dtype=np.int64)
        for one, ranks in zip(self.segments, self._ranks, strict=True):
            place, is_there = places(one.code, code)
            found[is_there] = ranks[place[is_there]]
        return found

    def flags(self, rank: Flags) -> list[Flags]:
        """Return flags by rank as flags by the rank in each segment."""
        return [rank[ranks] for ranks in self._ranks]

    def members(
        self, band: str, changed: Sequence[Flags], counts: tuple[Flags, Flags]
    ) -> tuple[Ints, Ints]:
        """Return who has to be looked at in the groups of a band that some changed one is in.

        Everybody of a group in which others come first now than before; of any other group those
        who come first, and those who changed.

        Parameters
        ----------
        band
            One of ``BANDS``.
        changed
            By segment, from :meth:`flags`; some are.
        counts
            (n,) by rank: those that counted, and those that count.

        Returns
        -------
        tuple
            Group, counted from 0, and rank of each; ascending.
        """
        keys = [one.keys(band) for one in self.segments]
        moved = [_changed(its, those) for its, those in zip(keys, changed, strict=True)]
        groups = distinct(np.concatenate(moved) >> RANK_BITS)
        spans = [_spans(its, groups) for its in keys]
        # Who is alone has nobody to be compared with.
        shared = np.flatnonzero(np.sum([span.n for span in spans], axis=0) > 1)
        groups, spans = groups[shared], [span.of(shared) for span in spans]
        is_whole = np.zeros(len(groups), dtype=bool)
        found = []
        for at, (its, those, span) in enumerate(zip(keys, moved, spans, strict=True)):
            group, place = span.few().members()
            rank = self._ranks_of(at, np.take(its, place))
            for one in counts:
                n_counted = np.bincount(group[one[rank]], minlength=len(groups))
                is_whole |= (span.n > FEW) & (n_counted < MOST_COMPARED)
            group_of, is_asked = places(groups.view(np.int64), (those >> RANK_BITS).view(np.int64))
            found += [(group, rank),
                      (group_of[is_asked], self._ranks_of(at, those[is_asked]))]
        group, rank = _in_order(found)
        heads = [_heads(group, one[rank]) for one in counts]
        is_whole[group[heads[0] != heads[1]]] = True
        stays = ~is_whole[group] & (heads[0] | (counts[0][rank] != counts[1][rank]))
        whole = np.flatnonzero(is_whole)
        found = [(group[stays], rank[stays])]
        for at, (its, span) in enumerate(zip(keys, spans, strict=True)):
            group, place = span.of(whole).members()
            found.append((whole[group], self._ranks_of(at, np.take(its, place))))
        return _in_order(found)

    def _ranks_of(self, at: int, keys: Codes) -> Ints:
        """Return the ranks of some keys of one segment."""
        return np.take(self._ranks[at], (keys & RANKS).view(np.int64)).astype(np.int64)


@dataclass(frozen=True)
class _Spans:
    """Where the members of some groups are in the keys of one segment."""

    begin: Ints
    n: Ints
    """(n_groups,) members of each."""

    def of(self, chosen: Ints) -> "_Spans":
        """Return those of some of the groups."""
        return _Spans(self.begin[chosen], self.n[chosen])

    def few(self) -> "_Spans":
        """Return the first few members of each group."""
        return _Spans(self.begin, np.minimum(self.n, FEW))

    def members(self) -> tuple[Ints, Ints]:
        """Return group and place of each member."""
        return np.repeat(np.arange(len(self.n)), self.n), along(self.begin, self.n)


def _spans(keys: Codes, groups: Codes) -> _Spans:
    """Look groups up in ascending keys."""
    begin = np.searchsorted(keys, groups << RANK_BITS)
    return _Spans(begin, np.searchsorted(keys, groups << RANK_BITS | RANKS, side="right") - begin)


def recounted(
    together: Together, before: Flags, now: Flags, *, n_threads: int
) -> tuple[Ints, Ints, Ints]:
    """Return by how much the counts of skeletons change: (code, n_follows, n_leads).

    Parameters
    ----------
    before, now
        (n,) by rank: those that counted, and those that count.
    n_threads
        Threads that compare skeletons, at least 1.

    Raises
    ------
    OSError, pyarrow.ArrowException
        If a segment cannot be read.
    """
    changed = together.flags(before != now)

    def one(band: str) -> list[tuple[Ints, Ints, int]]:
        return _change(together, before, now, together.members(band, changed, (before, now)))

    found = [pairs for band in ahead(BANDS, one, n_threads) for pairs in band]
    rank, place = np.unique(
        np.concatenate([part for row, head, _ in found for part in (row, head)]),
        return_inverse=True)
    follows, leads = (np.zeros(len(rank), dtype=np.int64) for _ in range(2))
    start = 0
    for row, head, sign in found:
        for count, part in ((follows, row), (leads, head)):
            np.add.at(count, place[start : start + len(part)], sign)
            start += len(part)
    moved = np.flatnonzero((follows != 0) | (leads != 0))
    return together.codes(rank[moved]), follows[moved], leads[moved]


def _change(
    together: Together, before: Flags, now: Flags, members: tuple[Ints, Ints]
) -> list[tuple[Ints, Ints, int]]:
    """Return pairs of ranks that are alike now and were not compared before, and the reverse."""
    group, rank = members
    digest = together.digests(rank)
    was, counts_now = before[rank], now[rank]
    heads_before, heads_now = _heads(group, was), _heads(group, counts_now)
    found = []
    for those, others, other_heads, sign in (
        (counts_now, was, heads_before, 1), (was, counts_now, heads_now, -1)
    ):
        at = np.flatnonzero(those)
        for row, head in _asked(group[at], others[at], other_heads[at]):
            row, head = at[row], at[head]
            alike = are_alike(np.take(digest, row, axis=0), np.take(digest, head, axis=0))
            found.append((rank[row[alike]], rank[head[alike]], sign))
    return found


def _asked(group: Ints, others: Flags, other_heads: Flags) -> Iterator[tuple[Ints, Ints]]:
    """Yield places of rows, and of who comes first, that are compared on one of two nights alone.

    Parameters
    ----------
    group
        (n,) of those who count on that night, ascending.
    others, other_heads
        (n,) who of them counts on the other night, and who is among the first of them then.
    """
    begin = np.flatnonzero(np.append(True, group[1:] != group[:-1])[: len(group)])
    end = np.append(begin[1:], len(group))[: len(begin)]
    new = np.flatnonzero(~others)
    of_new = begin[np.searchsorted(begin, new, side="right") - 1]
    for at in range(MOST_COMPARED):
        is_new = (begin + at < end - 1) & ~other_heads[np.minimum(begin + at, end - 1)]
        first, n_each = begin[is_new] + at, end[is_new] - begin[is_new] - at - 1
        # All that follow one who is first on this night alone, and who is new behind the others.
        follows = (of_new + at < new) & other_heads[np.minimum(of_new + at, new)]
        yield along(first + 1, n_each), np.repeat(first, n_each)
        yield new[follows], of_new[follows] + at


def _ranks(codes: Sequence[Ints]) -> tuple[list[Ranks], int]:
    """Return the rank of each number among all, and how many there are.

    Parameters
    ----------
    codes
        Numbers of each segment, ascending; of the largest first.
    """
    first = codes[0]
    others = np.unique(np.concatenate([np.empty(0, np.int64), *codes[1:]]))
    at, is_there = places(first, others)
    at = np.searchsorted(first, others)
    new = np.flatnonzero(~is_there)
    n_before = np.cumsum(np.bincount(at[new], minlength=len(first) + 1)[: len(first)])
    of_first = (np.arange(len(first)) + n_before).astype(np.int32)
    of_others = np.empty(len(others), dtype=np.int32)
    of_others[is_there] = of_first[at[is_there]]
    of_others[new] = at[new] + np.arange(len(new))
    return (
        [of_first, *(of_others[np.searchsorted(others, code)] for code in codes[1:])],
        len(first) + len(new),
    )


def _changed(keys: Codes, changed: Flags) -> Codes:
    """Return the keys of those that changed, ascending.

    Parameters
    ----------
    changed
        (n,) by rank in the segment.
    """
    if not changed.any():
        return keys[:0]
    return np.concatenate([
        part[changed[(part & RANKS).astype(np.int64)]]
        for part in np.array_split(keys, len(keys) // ROWS_AT_ONCE + 1)])


def _in_order(found: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Return pairs of group and rank, each once; ascending."""
    every = distinct(np.concatenate([
        group.astype(np.uint64) << _GROUP | rank.astype(np.uint64) for group, rank in found]))
    return (every >> _GROUP).astype(np.int64), (every & _RANK).astype(np.int64)


def _heads(group: Ints, counts: Flags) -> Flags:
    """Flag the first few of each group, of those that count."""
    n_before: Ints = np.cumsum(counts) - counts
    is_first = np.append(True, group[1:] != group[:-1])[: len(group)]
    begin = np.maximum.accumulate(np.where(is_first, np.arange(len(group)), 0))
    heads: Flags = counts & (n_before - n_before[begin] < MOST_COMPARED)
    return heads
