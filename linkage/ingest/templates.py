"""Templates: skeletons much like one centre, found without comparing all with all.

Skeletons that share a band of the locality-sensitive hash are candidates; each is compared
with a centre and joins it or none. Nothing is joined through a third: a template reaches as
far as its own centre and no further. The order in which skeletons become centres is that of
their keyed numbers, which is random and the same for any order of rows; taking the first of
each neighbourhood in such an order needs few rounds [1]_.

A skeleton costs some 70 bytes of memory here, however many words its prompt had, and twenty
sorts of one number: the sketches themselves stay in the store.

.. [1] Fischer & Noever (2018), Tight analysis of parallel randomized greedy MIS, SODA.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.digests import digests, fewest_equal, n_equal
from linkage.ingest.masking import mixed
from linkage.ingest.prompts import BANDS
from linkage.ingest.sketches import N_BANDS
from linkage.store import Store

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Pairs = tuple[Ints, Ints, Ints]
"""(row, the one it is like, minima that agree), by rank."""

ALIKE = 0.5
"""Jaccard similarity to the centre from which a skeleton is of its template."""

MOST_COMPARED = 4
"""Skeletons of one band that another is compared with: made-to-collide bands cost no more."""

ROWS_AT_ONCE = 1 << 17
"""Skeletons that one thread has in hand."""

_FEWEST = fewest_equal(ALIKE)


def make_templates(store: Store, *, n_threads: int = 1) -> int:
    """Make the table ``template`` from ``skeleton`` and return its number of rows.

    Parameters
    ----------
    n_threads
        Threads that compare skeletons, at least 1.

    Returns
    -------
    int
        Rows of ``template``: (code, template_code), one per skeleton that is of another
        one's template. Every other skeleton is a template of its own.
    """
    skeletons = _read(store)
    home = _Gathering(store, skeletons, n_threads).homes()
    moved = np.flatnonzero(home != np.arange(len(home)))
    return store.put("template", pa.table({
        "code": skeletons.code[moved], "template_code": skeletons.code[home[moved]],
    }))


@dataclass(frozen=True)
class _Skeletons:
    """The distinct skeletons in order of their numbers: the place there is their rank."""

    code: Ints
    """(n,) ascending."""
    digest: Codes
    """(n, N_KEPT_BITS)"""
    rank: npt.NDArray[np.int32]
    """(n_rows,) rank of each row of the table ``skeleton``; -1 for one that is there twice."""


def _read(store: Store) -> _Skeletons:
    """Read what is compared of the table ``skeleton``."""
    n_rows = store.count("skeleton")
    written = np.zeros(n_rows, dtype=np.int64)
    for batch in store.batches("select rowid as place, code from skeleton", rows=ROWS_AT_ONCE):
        written[batch["place"].to_numpy()] = batch["code"].to_numpy()
    code, once = np.unique(written, return_index=True)
    rank = np.full(n_rows, -1, dtype=np.int32)
    rank[once] = np.arange(len(code), dtype=np.int32)
    del written, once
    digest = np.zeros((len(code), digests(np.zeros((0, N_BANDS), np.uint64)).shape[1]), np.uint64)
    select = f"select rowid as place, {', '.join(BANDS)} from skeleton"
    for batch in store.batches(select, rows=ROWS_AT_ONCE):
        at = rank[batch["place"].to_numpy()]
        bands = np.column_stack([batch[name].to_numpy() for name in BANDS]).view(np.uint64)
        digest[at[at >= 0]] = digests(bands[at >= 0])
    return _Skeletons(code, digest, rank)


class _Gathering:
    """The rounds in which skeletons become centres or join one."""

    def __init__(self, store: Store, skeletons: _Skeletons, n_threads: int) -> None:
        self._store, self._skeletons, self._n_threads = store, skeletons, n_threads
        n = len(skeletons.code)
        self._rank_bits = n.bit_length()
        self._later_bit = np.uint64(1 << self._rank_bits)
        self._group_bits = np.uint64(self._rank_bits + 1)

    def homes(self) -> Ints:
        """Return the rank of each skeleton's centre, its own for a centre: (n,)."""
        n = len(self._skeletons.code)
        home = np.arange(n)
        is_open = np.ones(n, dtype=bool)
        while is_open.any():
            follows, leads = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
            for row, first, _ in self._pairs(is_open, None):
                follows[row] = leads[first] = True
            is_open = follows
            if not follows.any():
                break
            # Who is like none of lower rank is a centre now; the others join the best of those.
            best = np.zeros(n, dtype=np.int64)
            for row, centre, equal in self._pairs(follows | leads, follows):
                np.maximum.at(best, row, (equal << 32) + n - centre)
            joins = np.flatnonzero(best)
            home[joins] = n - (best[joins] & 0xFFFFFFFF)
            is_open[joins] = False
        return home

    def _pairs(self, chosen: Flags, follows: Flags | None) -> Iterator[Pairs]:
        """Yield pairs of chosen ones that are alike and share a band, some of them again.

        Each is compared with the first of its bands, by rank; where it is known who
        ``follows``, those with the first of the others.
        """
        with ThreadPoolExecutor(self._n_threads, thread_name_prefix="templates") as pool:
            waiting: deque[Future[Pairs]] = deque()
            for band in BANDS:
                keys = self._keys(band, chosen, follows)
                for part in self._whole_groups(keys):
                    waiting.append(pool.submit(self._alike, part, follows is not None))
                    if len(waiting) > 2 * self._n_threads:
                        yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _keys(self, band: str, chosen: Flags, follows: Flags | None) -> Codes:
        """Return the chosen ones by band: of each the band's number, who is later, the rank.

        Of the number as many bits as there is room for: enough that few of different bands
        fall together, and those are not alike.
        """
        keys = np.zeros(int(chosen.sum()), dtype=np.uint64)
        n = 0
        select = f"select rowid as place, {band} as number from skeleton"
        for batch in self._store.batches(select):
            rank = self._skeletons.rank[batch["place"].to_numpy()]
            kept = np.flatnonzero((rank >= 0) & chosen[rank])
            rank = rank[kept]
            key = mixed(batch["number"].to_numpy()[kept].view(np.uint64))
            key = (key >> self._group_bits << self._group_bits) | rank.astype(np.uint64)
            if follows is not None:
                key[follows[rank]] |= self._later_bit
            keys[n : n + len(key)] = key
            n += len(key)
        keys.sort()
        return keys

    def _whole_groups(self, keys: Codes) -> Iterator[Codes]:
        """Cut sorted keys into parts, none of them inside a band."""
        start = 0
        while start < len(keys):
            stop = min(start + ROWS_AT_ONCE, len(keys))
            last = keys[stop - 1] | (self._later_bit - np.uint64(1)) | self._later_bit
            stop = int(np.searchsorted(keys, last, side="right"))
            yield keys[start:stop]
            start = stop

    def _alike(self, keys: Codes, among_followers: bool) -> Pairs:
        """Return the pairs of :meth:`_pairs` among some keys."""
        group = keys >> self._group_bits
        same = group[1:] == group[:-1]
        keys = keys[np.append(same, False) | np.append(False, same)]
        group = keys >> self._group_bits
        rank = (keys & (self._later_bit - np.uint64(1))).astype(np.int64)
        digest = self._skeletons.digest[rank]
        is_later = (keys & self._later_bit) != 0
        at = np.arange(len(keys))
        is_first = np.append(True, group[1:] != group[:-1])[: len(keys)]
        first = np.maximum.accumulate(np.where(is_first, at, 0))
        found = []
        for _ in range(MOST_COMPARED):
            row = np.flatnonzero(
                (first < at) & (is_later & ~is_later[first] if among_followers else True))
            equal = n_equal(digest[row], digest[first[row]])
            alike = equal >= _FEWEST
            row = row[alike]
            found.append((rank[row], rank[first[row]], equal[alike]))
            first = np.minimum(first + 1, at)
        left, right, how = (np.concatenate(part) for part in zip(*found, strict=True))
        return left, right, how
