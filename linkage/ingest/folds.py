"""Folds: what stands for the events of many entries, in sums by account.

A fold is made of entries and can be made of them again: they stay, so that a file can be taken
out. It names the words of its entries and is worth nothing once one of them is not counted.
Rows that a later night may see otherwise are kept as they are, in the table ``rest``.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.known import FOLDED, DamagedEntry, remove
from linkage.ingest.vault import Vault, says_where, write_whole

Ints = npt.NDArray[np.int64]

VERSION = 2
"""Of what folds hold; one of another version is as good as none."""

_TOLD = "fold.json"


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What a fold says of itself."""

    covers: tuple[str, ...]
    """Words of its entries; ``file_ix`` of its rest counts along them."""
    n_events: int
    """Rows that its sums stand for."""
    probe: int
    """The engine's number for a fixed text."""
    readers: tuple[str, ...]
    """Tables of those who read prompts."""
    word: str = ""
    version: int = VERSION

    @property
    def folder(self) -> str:
        """Name of its folder."""
        return f"{FOLDED}.{self.word}"


class Folds:
    """The folds among what is known.

    Parameters
    ----------
    folder
        Of what is known.
    key
        The deployment's secret key.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key

    def every(self) -> list[Fold]:
        """Return all folds that say of what they are."""
        return [fold for fold in map(_read, _places(self._folder)) if fold]

    def of(
        self, words: Collection[str], *, probe: int, readers: tuple[str, ...]
    ) -> list[Fold]:
        """Return the folds of entries that all count, the largest first.

        Parameters
        ----------
        words
            Of entries that count.
        probe, readers
            Of folds that can be used.
        """
        found = [
            fold for fold in self.every()
            if (fold.probe, fold.readers) == (probe, readers)
            and {*fold.covers} <= {*words}
        ]
        found.sort(key=lambda fold: (-fold.n_events, fold.word))
        kept: list[Fold] = []
        for fold in found:
            # Killed between writing one and removing what it takes up, both are there.
            if not any({*fold.covers} & {*other.covers} for other in kept):
                kept.append(fold)
        return kept

    def read(self, fold: Fold, table: str) -> pa.Table:
        """Return a table of a fold.

        Raises
        ------
        DamagedEntry
            If it cannot be read; the fold is then forgotten.
        """
        return pa.concat_tables(self.batches(fold, table))

    def batches(
        self, fold: Fold, table: str, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """Yield a table of a fold in pieces.

        Raises
        ------
        DamagedEntry
            As for :meth:`read`.
        """
        with self._says_damaged(fold) as vault:
            yield from vault.batches(table, columns, rows=1 << 21)

    def rows_at(self, fold: Fold, table: str, places: Ints) -> pa.Table:
        """Return some rows of a table of a fold.

        Parameters
        ----------
        places
            Numbers of the rows, from 0, ascending.

        Raises
        ------
        DamagedEntry
            As for :meth:`read`.
        """
        with self._says_damaged(fold) as vault:
            return vault.rows_at(table, places)

    @contextmanager
    def _says_damaged(self, fold: Fold) -> Iterator[Vault]:
        """Give the tables of a fold; forget it where they cannot be read."""
        folder = self._folder / fold.folder
        try:
            yield Vault(folder, self._key)
        except (OSError, pa.ArrowException) as error:
            with suppress(OSError):
                remove(folder)
            damaged = DamagedEntry(f"sums of events cannot be read in {folder}",
                                   fix="start again: they are made anew")
            damaged.is_there = True
            raise damaged from error

    def write(self, fill: Callable[[Vault], Fold], *, takes_up: Sequence[Fold]) -> Fold:
        """Write a fold; it is there when it is whole, and those that it takes up are not.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        made: list[Fold] = []

        def written(vault: Vault, word: str) -> tuple[str, dict[str, Any]]:
            told = asdict(fill(vault)) | {"word": word}
            made.append(_fold(told))
            return made[0].folder, told

        with says_where(self._folder):
            write_whole(self._folder, self._key, _TOLD, written)
            for other in takes_up:
                remove(self._folder / other.folder)
        return made[0]


def drop_folds(folder: Path) -> None:
    """Remove folds of entries that are no longer there.

    Parameters
    ----------
    folder
        Of what is known.
    """
    words = {place.name.rpartition(".")[2] for place in folder.glob("[!.]*")}
    for place in _places(folder):
        fold = _read(place)
        if fold is None or not {*fold.covers} <= words:
            remove(place)


def _places(folder: Path) -> list[Path]:
    """Return the folders of folds."""
    return sorted(folder.glob(f"{FOLDED}.*"))


def _read(place: Path) -> Fold | None:
    """Read what a fold says of itself; None where it says nothing that can be used."""
    try:
        fold = _fold(json.loads((place / _TOLD).read_text(encoding="utf-8")))
        return fold if fold.version == VERSION else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _fold(told: dict[str, Any]) -> Fold:
    """Return a fold of what it says of itself."""
    return Fold(**told | {name: tuple(told[name]) for name in ("covers", "readers")})
