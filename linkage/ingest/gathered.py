"""What the last night counted when it gathered templates: the next one changes it.

It is a cache: without it, or where it does not fit, a night gathers everything. Each is a folder
named by a random word that is part of its keys, written beside and renamed when whole; the last
one stays until then. It names the segments that it was counted over.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from linkage.ingest.band_groups import ALIKE, GROUP_BITS, MOST_COMPARED
from linkage.ingest.entries import SKELETON
from linkage.ingest.gathering import COUNTED
from linkage.ingest.known import VERSION as KNOWN_VERSION
from linkage.ingest.segments import keep_segments
from linkage.ingest.vault import Pieces, Vault, fingerprint, write_whole

VERSION = 2
"""Of how skeletons are compared: change it whenever other pairs are, or the tables change."""

GATHERED = "gathered"
"""Its name in a state folder."""

GONE = pa.schema([("code", pa.int64()), ("n_rows", pa.int64())])
"""Of each skeleton in rows that were in a segment's entries and no longer count: how many."""

_FITS = fingerprint(VERSION, KNOWN_VERSION, ALIKE, GROUP_BITS, MOST_COMPARED)
_ROWS = 1 << 18


@dataclass(frozen=True)
class Gathered:
    """What a night counted."""

    entries: tuple[str, ...]
    """Folders of the entries whose skeletons it gathered."""
    segments: tuple[str, ...]
    """Names of the segments that have them."""
    left_out: pa.ChunkedArray
    """Numbers of their skeletons that did not count."""
    gone: pa.Table
    """Rows of ``GONE``."""
    counted: pa.Table
    """Rows of ``COUNTED``."""
    chosen: Callable[[], Iterator[pa.Table]]
    """Yields the skeletons in ``counted``, some of them again."""


class Misfit(Exception):
    """Why what the last night counted cannot be used."""


def read_gathered(state: Path, key: bytes) -> Gathered:
    """Return what the last night counted.

    Raises
    ------
    Misfit
        If it is not there, cannot be read, or is another version's.
    """
    folders = [one for one in (state / GATHERED).glob("*") if not one.name.startswith(".")]
    if not folders:
        raise Misfit("no night before has left anything")
    folder = max(folders, key=lambda one: one.stat().st_mtime_ns)
    try:
        told = json.loads((folder / "gathered.json").read_text(encoding="utf-8"))
        if told["fits"] != _FITS:
            raise Misfit("it is another version's")
        vault = Vault(folder, key)
        found = Gathered(
            tuple(told["entries"]), tuple(told["segments"]), vault.read("left_out")["code"],
            vault.read("gone").cast(GONE), vault.read("counted").cast(COUNTED),
            lambda: vault.batches("chosen", rows=_ROWS),
        )
        n_rows = [found.counted.num_rows, len(found.left_out), found.gone.num_rows,
                  vault.n_rows("chosen")]
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise Misfit(f"it cannot be read: {type(error).__name__}") from error
    if n_rows != told["n_rows"]:
        raise Misfit("it is not whole")
    return found


def write_gathered(state: Path, key: bytes, gathered: Gathered) -> None:
    """Keep what tonight counted instead of what the last night did.

    Raises
    ------
    OSError
        If it cannot be written, and the last night's stays; or that cannot be removed.
    """
    place, words = state / GATHERED, [""]

    def written(vault: Vault, word: str) -> tuple[str, dict[str, Any]]:
        vault.write("counted", gathered.counted)
        vault.write("gone", gathered.gone)
        vault.write("left_out", pa.table({"code": gathered.left_out}))
        with Pieces(vault, "chosen", SKELETON, is_random=True) as chosen:
            for rows in gathered.chosen():
                chosen.add(rows.select(SKELETON.names).cast(SKELETON))
        words[0] = word
        return word, {
            "fits": _FITS, "entries": gathered.entries, "segments": gathered.segments,
            "n_rows": [gathered.counted.num_rows, len(gathered.left_out), gathered.gone.num_rows,
                       chosen.n],
        }

    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(place, key, "gathered.json", written)
    _remove(place, keep=words[0])
    keep_segments(state, gathered.segments)


def drop_gathered(state: Path) -> None:
    """Forget what the last night counted: it has numbers of what accounts wrote.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    _remove(state / GATHERED, keep="")
    keep_segments(state, ())


def _remove(place: Path, *, keep: str) -> None:
    """Remove all but one."""
    for folder in place.glob("*"):
        if folder.name != keep:
            shutil.rmtree(folder)
