"""Gathers skeletons in memory: the rounds in which they become centres or join one."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.band_groups import (
    GROUP_BITS,
    Codes,
    Flags,
    Ints,
    Pairs,
    alike_pairs,
    groups,
    in_company,
)
from linkage.ingest.digests import N_KEPT_BITS, digests
from linkage.ingest.prompts import BANDS
from linkage.sharing import ahead
from linkage.store import Store

ROWS_AT_ONCE = 1 << 17
"""Skeletons that one thread has in hand."""

BYTES_A_SKELETON = 80
"""Memory that gathering takes here, whatever the prompt's length."""

_LATER = np.uint64(1 << 63 - GROUP_BITS)
_RANK = _LATER - np.uint64(1)
_GROUP = np.uint64(64 - GROUP_BITS)

MOST_IN_MEMORY = int(_RANK)
"""Skeletons whose ranks fit beside the group's number."""

COUNTED = pa.schema([("code", pa.int64()), ("n_follows", pa.uint32()), ("n_leads", pa.uint32())])
"""Of each skeleton that is like one it was compared with: in how many pairs it is the later or
the earlier one."""


@dataclass(frozen=True)
class Skeletons:
    """The distinct skeletons in order of their numbers: the place there is their rank."""

    code: Ints
    """(n,) ascending."""
    digest: Codes
    """(n, N_KEPT_BITS)"""
    n_rows: npt.NDArray[np.int32]
    """(n,) rows of the table that have it."""
    rank: npt.NDArray[np.int32]
    """(n_rows,) rank of each row of the table; -1 for one that is there twice."""


class Gathering:
    """Skeletons of one table that are gathered in memory.

    Parameters
    ----------
    table
        Has the columns of ``skeleton``, and at most ``MOST_IN_MEMORY`` rows.
    n_threads
        Threads that compare skeletons, at least 1.
    """

    def __init__(self, store: Store, table: str, *, n_threads: int) -> None:
        self._store, self._table, self._n_threads = store, table, n_threads
        self.skeletons = _read(store, table)

    def keys(self, band: str) -> Codes:
        """Return group and rank of each in one band, ascending; the rank is in the lowest bits."""
        return self._keys(band, np.ones(len(self.skeletons.code), dtype=bool), None)

    def counted(self) -> pa.Table:
        """Compare each with the first of its bands; return rows of ``COUNTED``."""
        n = len(self.skeletons.code)
        follows, leads = np.zeros(n, dtype=np.uint32), np.zeros(n, dtype=np.uint32)
        for row, head, _ in self._pairs(np.ones(n, dtype=bool), None):
            np.add.at(follows, row, np.uint32(1))
            np.add.at(leads, head, np.uint32(1))
        found = np.flatnonzero(follows | leads)
        return pa.table(
            [self.skeletons.code[found], follows[found], leads[found]], schema=COUNTED)

    def homes(self, counted: pa.Table | None = None) -> pa.Table:
        """Return (code, template_code) of each that is of another one's template.

        Parameters
        ----------
        counted
            What :meth:`counted` says of these skeletons, where that is known.
        """
        n = len(self.skeletons.code)
        home = np.arange(n, dtype=np.int32)
        is_open = np.ones(n, dtype=bool)
        while is_open.any():
            follows, leads = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
            if counted is not None:
                place = np.searchsorted(self.skeletons.code, counted["code"].to_numpy())
                follows[place] = counted["n_follows"].to_numpy() > 0
                leads[place] = counted["n_leads"].to_numpy() > 0
                counted = None
            else:
                for row, head, _ in self._pairs(is_open, None):
                    follows[row] = leads[head] = True
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
        code = self.skeletons.code
        moved = np.flatnonzero(home != np.arange(n, dtype=np.int32))
        return pa.table({"code": code[moved], "template_code": code[home[moved]]})

    def _pairs(self, chosen: Flags, follows: Flags | None) -> Iterator[Pairs]:
        """Yield pairs of chosen ones that are alike and share a band, some of them again.

        Each is compared with the first of its bands, by rank; where it is known who
        ``follows``, those with the first of the others.
        """
        with ThreadPoolExecutor(self._n_threads, thread_name_prefix="templates") as pool:
            waiting: deque[Future[Pairs]] = deque()
            for keys in ahead(
                BANDS, lambda band: self._keys(band, chosen, follows), 1, n_waiting=1
            ):
                for part in _whole_groups(keys):
                    waiting.append(pool.submit(self._alike, part, follows is not None))
                    if len(waiting) > 2 * self._n_threads:
                        yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _keys(self, band: str, chosen: Flags, follows: Flags | None) -> Codes:
        """Return the chosen ones by band: of each the group, who is later, the rank."""
        keys = np.zeros(int(chosen.sum()), dtype=np.uint64)
        n = 0
        select = f"select rowid as place, {band} as number from {self._table}"
        for batch in self._store.batches(select):
            rank = self.skeletons.rank[batch["place"].to_numpy()]
            kept = np.flatnonzero((rank >= 0) & chosen[rank])
            rank = rank[kept]
            key = groups(batch["number"].to_numpy()[kept]) << _GROUP | rank.astype(np.uint64)
            if follows is not None:
                key[follows[rank]] |= _LATER
            keys[n : n + len(key)] = key
            n += len(key)
        keys.sort()
        return keys

    def _alike(self, keys: Codes, among_followers: bool) -> Pairs:
        """Return the pairs of :meth:`_pairs` among some keys."""
        keys = keys[in_company(keys >> _GROUP)]
        rank = (keys & _RANK).astype(np.int64)
        digest = self.skeletons.digest[rank]
        is_later = (keys & _LATER) != 0

        def is_asked(row: Ints, head: Ints) -> Flags:
            """Flag those who follow beside those who do not."""
            asked: Flags = is_later[row] & ~is_later[head]
            return asked

        row, head, equal = alike_pairs(
            keys >> _GROUP, digest, is_asked if among_followers else None)
        return rank[row], rank[head], equal


def _read(store: Store, table: str) -> Skeletons:
    """Read what is compared of a table of skeletons."""
    n_rows = store.count(table)
    written = np.zeros(n_rows, dtype=np.int64)
    for batch in store.batches(f"select rowid as place, code from {table}", rows=ROWS_AT_ONCE):
        written[batch["place"].to_numpy()] = batch["code"].to_numpy()
    code, once, n_each = np.unique(written, return_index=True, return_counts=True)
    rank = np.full(n_rows, -1, dtype=np.int32)
    rank[once] = np.arange(len(code), dtype=np.int32)
    del written, once
    digest = np.zeros((len(code), N_KEPT_BITS), np.uint64)
    select = f"select rowid as place, {', '.join(BANDS)} from {table}"
    for batch in store.batches(select, rows=ROWS_AT_ONCE):
        at = rank[batch["place"].to_numpy()]
        digest[at[at >= 0]] = digests([batch[name].to_numpy() for name in BANDS])[at >= 0]
    return Skeletons(code, digest, n_each.astype(np.int32), rank)


def _whole_groups(keys: Codes) -> Iterator[Codes]:
    """Cut sorted keys into parts, none of them inside a group."""
    start = 0
    while start < len(keys):
        stop = min(start + ROWS_AT_ONCE, len(keys))
        stop = int(np.searchsorted(keys, keys[stop - 1] | _LATER | _RANK, side="right"))
        yield keys[start:stop]
        start = stop
