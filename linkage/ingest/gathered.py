"""What the last night counted when it gathered templates: the next one changes it.

It is a cache: without it, or where it does not fit, a night gathers everything. Each is a folder
named by a random word that is part of its keys, written beside and renamed when whole.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from linkage.ingest.band_groups import ALIKE, GROUP_BITS, MOST_COMPARED
from linkage.ingest.gathering import COUNTED
from linkage.ingest.known import VERSION as KNOWN_VERSION
from linkage.ingest.vault import Vault, fingerprint, write_whole

VERSION = 1
"""Of how skeletons are compared: change it whenever other pairs are."""

GATHERED = "gathered"
"""Its name in a state folder."""

_FITS = fingerprint(VERSION, KNOWN_VERSION, ALIKE, GROUP_BITS, MOST_COMPARED)


@dataclass(frozen=True)
class Gathered:
    """What a night counted."""

    entries: tuple[str, ...]
    """Folders of the entries whose skeletons it gathered."""
    left_out: pa.ChunkedArray
    """Numbers of their skeletons that did not count."""
    counted: pa.Table
    """Rows of ``COUNTED``."""


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
        found = Gathered(tuple(told["entries"]), vault.read("left_out")["code"],
                         vault.read("counted").cast(COUNTED))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise Misfit(f"it cannot be read: {type(error).__name__}") from error
    if (found.counted.num_rows, len(found.left_out)) != tuple(told["n_rows"]):
        raise Misfit("it is not whole")
    return found


def write_gathered(state: Path, key: bytes, gathered: Gathered) -> None:
    """Keep what tonight counted instead of what the last night did.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    place, words = state / GATHERED, [""]

    def written(vault: Vault, word: str) -> tuple[str, dict[str, Any]]:
        vault.write("counted", gathered.counted)
        vault.write("left_out", pa.table({"code": gathered.left_out}))
        words[0] = word
        return word, {
            "fits": _FITS, "entries": gathered.entries,
            "n_rows": [gathered.counted.num_rows, len(gathered.left_out)],
        }

    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(place, key, "gathered.json", written)
    finally:
        _remove(place, keep=words[0])


def drop_gathered(state: Path) -> None:
    """Forget what the last night counted: it has numbers of what accounts wrote.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    _remove(state / GATHERED, keep="")


def _remove(place: Path, *, keep: str) -> None:
    """Remove all but one."""
    for folder in place.glob("*"):
        if folder.name != keep:
            shutil.rmtree(folder)
