"""Skeletons sorted by band, kept from night to night: who shares a band is found by looking it up.

A segment has the skeletons of some entries: their numbers, their digests, and for each band where
in it they are. New skeletons make a small one, which takes up those that are not much larger, so
that there are few. It is a cache, and its folder is named by a random word that is part of its
keys.
"""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.band_groups import GROUP_BITS, Codes, Ints
from linkage.ingest.digests import N_KEPT_BITS
from linkage.ingest.gathering import Gathering
from linkage.ingest.prompts import BANDS
from linkage.ingest.vault import Pieces, Vault, write_whole

SEGMENTS = "banded"
"""Its name in a state folder."""

RANK_BITS = np.uint64(64 - GROUP_BITS)
RANKS = np.uint64((1 << int(RANK_BITS)) - 1)
"""Bits of a key that say which skeleton it is of; those above are the group."""

_DIGEST = tuple(f"digest_{at}" for at in range(N_KEPT_BITS))
_MEMBER = pa.schema([("code", pa.int64()), ("n_rows", pa.int32()),
                     *((name, pa.uint64()) for name in _DIGEST)])
_KEY = pa.schema([("key", pa.int64())])
_ROWS = 1 << 18


@dataclass(frozen=True)
class Segment:
    """Some skeletons, each once."""

    vault: Vault
    code: Ints
    """(n,) ascending: the place there is their rank."""
    n_rows: npt.NDArray[np.int32]
    """(n,) how many rows of entries have it."""
    digest: Codes
    """(n, N_KEPT_BITS)"""

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.vault.folder.name

    def keys(self, band: str) -> Codes:
        """Return group and rank of each in one band: (n,) ascending.

        Raises
        ------
        OSError
            If they cannot be read.
        """
        found = np.empty(len(self.code), dtype=np.int64)
        n = 0
        for rows in self.vault.batches(band, rows=_ROWS):
            found[n : n + rows.num_rows] = rows["key"].to_numpy()
            n += rows.num_rows
        if n != len(found):
            raise OSError(f"{band} of {self.name} is not whole")
        return found.view(np.uint64)


def read_segment(state: Path, key: bytes, name: str) -> Segment:
    """Return a segment by its name.

    Raises
    ------
    OSError, pyarrow.ArrowException
        If it is not there, was changed, or was written under another key.
    """
    vault = Vault(state / SEGMENTS / name, key)
    n = vault.n_rows("member")
    code, n_rows = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int32)
    digest = np.empty((n, N_KEPT_BITS), dtype=np.uint64)
    start = 0
    for rows in vault.batches("member", rows=_ROWS):
        stop = start + rows.num_rows
        code[start:stop] = rows["code"].to_numpy()
        n_rows[start:stop] = rows["n_rows"].to_numpy()
        for at, column in enumerate(_DIGEST):
            digest[start:stop, at] = rows[column].to_numpy()
        start = stop
    return Segment(vault, code, n_rows, digest)


def write_segment(state: Path, key: bytes, skeletons: Gathering) -> Segment:
    """Write a segment of what a table of skeletons has, and return it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    those = skeletons.skeletons
    return _write(state, key, (those.code, those.n_rows, those.digest), skeletons.keys)


def write_together(state: Path, key: bytes, segments: Sequence[Segment]) -> Segment:
    """Write one segment of several, which stay as they are.

    Raises
    ------
    OSError
        If one cannot be read, or the new one not be written.
    """
    every = np.concatenate([one.code for one in segments])
    code, once, rank = np.unique(every, return_index=True, return_inverse=True)
    n_rows = np.bincount(
        rank, np.concatenate([one.n_rows for one in segments])).astype(np.int32)
    digest = np.concatenate([one.digest for one in segments])[once]
    begins = np.cumsum([0, *(len(one.code) for one in segments)])

    def keys(band: str) -> Codes:
        found = []
        for one, begin in zip(segments, begins[:-1], strict=True):
            its = one.keys(band)
            ranks = rank[begin : begin + len(its)][(its & RANKS).astype(np.int64)]
            found.append(its & ~RANKS | ranks.astype(np.uint64))
        return np.unique(np.concatenate(found))

    return _write(state, key, (code, n_rows, digest), keys)


def taken_up(segments: Sequence[Segment], new: Segment) -> list[Segment]:
    """Return those that a new one takes up: each at most twice as large as all before it."""
    n, found = len(new.code), []
    for one in sorted(segments, key=lambda one: len(one.code)):
        if len(one.code) <= 2 * n:
            found.append(one)
            n += len(one.code)
    return found


def keep_segments(state: Path, names: Collection[str]) -> None:
    """Remove all others.

    Raises
    ------
    OSError
        If one cannot be removed.
    """
    for folder in (state / SEGMENTS).glob("*"):
        if folder.name not in names:
            shutil.rmtree(folder)


def _write(
    state: Path, key: bytes, members: tuple[Ints, npt.NDArray[np.int32], Codes],
    keys: Callable[[str], Codes],
) -> Segment:
    """Write members and their keys by band."""
    code, n_rows, digest = members
    place = state / SEGMENTS
    words = []

    def written(vault: Vault, word: str) -> tuple[str, dict[str, Any]]:
        with Pieces(vault, "member", _MEMBER, is_random=True) as pieces:
            for start in range(0, len(code), _ROWS):
                part = slice(start, start + _ROWS)
                pieces.add(pa.table([
                    code[part], n_rows[part],
                    *(np.ascontiguousarray(digest[part, at]) for at in range(N_KEPT_BITS)),
                ], schema=_MEMBER))
        for band in BANDS:
            with Pieces(vault, band, _KEY, is_random=True) as pieces:
                pieces.add(pa.table([keys(band).view(np.int64)], schema=_KEY))
        words.append(word)
        return word, {"n": len(code)}

    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(place, key, "segment.json", written)
    return Segment(Vault(place / words[0], key), code, n_rows, digest)
