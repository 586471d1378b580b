"""Counts anew what skeletons that came or went change: the groups that they are in, no others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkage.ingest.band_groups import (
    GROUP_BITS,
    MOST_COMPARED,
    Codes,
    Flags,
    Ints,
    alike_pairs,
    groups,
)
from linkage.ingest.digests import N_KEPT_BITS, digests
from linkage.ingest.prompts import BANDS, ahead

_RANK_BITS = np.uint64(64 - GROUP_BITS)
_BYTES_A_MEMBER = 2 * (16 + 8 * N_KEPT_BITS)
_BYTES_A_PLACE = 3 * 16

Skeletons = Callable[[], Iterable[pa.Table]]
"""Yields skeletons, some of them again, as often as it is called."""


class Among:
    """A set of numbers that tells of many at once whether they are in it.

    Parameters
    ----------
    numbers
        (n,) in any order, some of them again.
    bits
        Bits that they have.
    """

    def __init__(self, numbers: Codes, *, bits: int = 64) -> None:
        self.numbers = _distinct(numbers)
        # Most are told by a bit of a table that stays near the processor.
        kept = min(bits, 22, max(8, len(numbers).bit_length() + 4))
        self._shift = np.uint64(bits - kept)
        self._table = np.zeros(1 << kept, dtype=bool)
        self._table[self.numbers >> self._shift] = True

    def flags(self, numbers: Codes) -> Flags:
        """Flag those that are in the set."""
        found: Flags = self._table[numbers >> self._shift]
        at = np.flatnonzero(found)
        if len(at):
            place = np.searchsorted(self.numbers, numbers[at])
            place = np.minimum(place, len(self.numbers) - 1)
            found[at] = self.numbers[place] == numbers[at]
        return found


@dataclass(frozen=True)
class Changed:
    """Skeletons that count now and did not before, or the other way round."""

    rows: pa.Table
    """The skeletons, each once."""
    counts_now: Flags
    """(n,) those that came."""


class TooMany(Exception):
    """More skeletons are in the groups than there is memory for."""


def recounted(
    changed: Changed, others: Skeletons, *, most_bytes: int, n_threads: int
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield by how much the counts of skeletons change: (code, n_follows, n_leads), some again.

    Parameters
    ----------
    others
        All skeletons that counted before and count now.
    most_bytes
        Memory that may be taken; what needs more is done by parts, each of them a reading of
        the others.
    n_threads
        Threads that look through skeletons.
    """
    n_parts = 1
    while True:
        found = []
        try:
            for part in range(n_parts):
                members = _members(changed, others, (part, n_parts), most_bytes, n_threads)
                found.append(members.change())
        except TooMany:
            n_parts *= 2
            continue
        yield from found
        return


def _members(
    changed: Changed, others: Skeletons, part: tuple[int, int], most_bytes: int, n_threads: int
) -> "_Members":
    """Find everybody in the groups of one part that some changed skeleton is in."""
    numbers = [groups(changed.rows[band].to_numpy()) for band in BANDS]
    which, n_parts = (np.uint64(number) for number in part)
    look = _Look(
        [Among(number[number % n_parts == which], bits=GROUP_BITS) for number in numbers],
        Among(changed.rows["code"].to_numpy().view(np.uint64)),
    )
    own = _Look(look.groups, Among(np.zeros(0, np.uint64)))(changed.rows)
    found, n_bytes = [own], own.n_bytes
    for one in ahead(others(), look, n_threads):
        found.append(one)
        n_bytes += one.n_bytes
        if n_bytes > most_bytes and n_parts < 1 << GROUP_BITS // 2:
            raise TooMany
    code, once, rank = np.unique(
        np.concatenate([one.code for one in found]), return_index=True, return_inverse=True)
    begins = np.cumsum([0, *(len(one.code) for one in found)])
    keys = []
    for band in range(len(BANDS)):
        group = np.concatenate([one.places[band][0] for one in found])
        row = np.concatenate([
            one.places[band][1] + begin for one, begin in zip(found, begins[:-1], strict=True)])
        keys.append(_distinct(group << _RANK_BITS | rank[row].astype(np.uint64)))
    is_before, is_now = np.ones(len(code), dtype=bool), np.ones(len(code), dtype=bool)
    at = np.searchsorted(code, own.code)
    is_now[at] = changed.counts_now[own.row]
    is_before[at] = ~is_now[at]
    digest = np.concatenate([one.digest for one in found])[once]
    return _Members(code, digest, is_before, is_now, keys)


@dataclass(frozen=True)
class _Found:
    """Skeletons of some rows that are in the groups looked for."""

    row: Ints
    """(n,) where they were."""
    code: Ints
    digest: Codes
    places: list[tuple[Codes, Ints]]
    """By band: groups, and who of the skeletons is in each."""

    @property
    def n_bytes(self) -> int:
        """Memory that they take until they are compared."""
        n_places = sum(len(group) for group, _ in self.places)
        return _BYTES_A_MEMBER * len(self.code) + _BYTES_A_PLACE * n_places


@dataclass(frozen=True)
class _Look:
    """Looks for skeletons in some groups."""

    groups: Sequence[Among]
    """By band."""
    without: Among
    """Numbers of skeletons that are passed over."""

    def __call__(self, rows: pa.Table) -> _Found:
        """Return those among some rows."""
        code = rows["code"].to_numpy()
        bands = [rows[band].to_numpy() for band in BANDS]
        is_found = np.zeros(len(code), dtype=bool)
        places = []
        for numbers, among in zip(bands, self.groups, strict=True):
            group = groups(numbers)
            row = np.flatnonzero(among.flags(group))
            is_found[row] = True
            places.append((group[row], row))
        is_found &= ~self.without.flags(code.view(np.uint64))
        row = np.flatnonzero(is_found)
        new_row = np.cumsum(is_found) - 1
        return _Found(row, code[row], digests([numbers[row] for numbers in bands]), [
            (group[is_found[at]], new_row[at[is_found[at]]]) for group, at in places
        ])


@dataclass(frozen=True)
class _Members:
    """All members of some groups."""

    code: Ints
    """(n,) ascending: the place there is their rank."""
    digest: Codes
    """(n, N_KEPT_BITS)"""
    is_before: Flags
    is_now: Flags
    keys: list[Codes]
    """By band: (n_places,) group and rank, ascending."""

    def change(self) -> tuple[Ints, Ints, Ints]:
        """Return the change of counts, of those that have one."""
        follows, leads = (np.zeros(len(self.code), dtype=np.int64) for _ in range(2))
        for keys in self.keys:
            group = keys >> _RANK_BITS
            rank = (keys & np.uint64((1 << int(_RANK_BITS)) - 1)).astype(np.int64)
            before, now = self.is_before[rank], self.is_now[rank]
            heads_before, heads_now = _heads(group, before), _heads(group, now)
            for those, others, heads, sign in (
                (now, before, heads_before, 1), (before, now, heads_now, -1)
            ):
                at = np.flatnonzero(those)

                def is_asked(
                    row: Ints, head: Ints, at: Ints = at, others: Flags = others,
                    heads: Flags = heads,
                ) -> Flags:
                    """Flag pairs that are compared now or were before, and not both."""
                    asked: Flags = ~(others[at[row]] & heads[at[head]])
                    return asked

                row, head, _ = alike_pairs(group[at], self.digest[rank[at]], is_asked)
                np.add.at(follows, rank[at[row]], sign)
                np.add.at(leads, rank[at[head]], sign)
        moved = np.flatnonzero((follows != 0) | (leads != 0))
        return self.code[moved], follows[moved], leads[moved]


def _distinct(numbers: Codes) -> Codes:
    """Return the distinct numbers, ascending."""
    # np.unique fills a hash table first, which takes ten times as long for millions of them.
    found = np.sort(numbers)
    is_new = np.ones(len(found), dtype=bool)
    np.not_equal(found[1:], found[:-1], out=is_new[1:])
    return found[is_new]


def _heads(group: Codes, counts: Flags) -> Flags:
    """Flag the first few of each group, of those that count."""
    n_before: Ints = np.cumsum(counts) - counts
    is_first = np.append(True, group[1:] != group[:-1])[: len(group)]
    begin = np.maximum.accumulate(np.where(is_first, np.arange(len(group)), 0))
    heads: Flags = counts & (n_before - n_before[begin] < MOST_COMPARED)
    return heads
