"""Prompts of events that are in sums: no more of them is read than tonight makes a difference.

A prompt that is alone of its number is a template of its own, which one account holds: all that
it adds is one to how many its account has. Those whose number anything else names tonight are
taken out, and are read as any prompt is. When the others were sent is asked for of some alone.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.among import along, distinct, places
from linkage.ingest.folds import Fold, Folds
from linkage.sharing import ahead

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

TAKEN = pa.schema([
    ("account_ix", pa.int32()), ("occurred_at", pa.timestamp("us")), ("prompt_code", pa.int64()),
])


class FoldedPrompts:
    """The prompts of some folds.

    Parameters
    ----------
    folds
        Where they are read.
    chosen
        Folds, and who each of their accounts is: -1 of one that does not count.
    n_threads
        Threads that look through them, at least 1.

    Raises
    ------
    DamagedEntry
        If a fold cannot be read; so do the methods.
    """

    def __init__(
        self, folds: Folds, chosen: Sequence[tuple[Fold, Places]], *, n_threads: int
    ) -> None:
        self._folds, self._chosen, self._n_threads = folds, chosen, n_threads
        self._codes = [_column(folds, fold, "prompt_code") for fold, _ in chosen]
        self._is_taken = [np.zeros(len(codes), dtype=bool) for codes in self._codes]
        self._sums = [folds.read(fold, "alone_sum") for fold, _ in chosen]
        self._n_taken: list[Places] = [np.empty(0, np.int32)]

    def sums(self) -> Iterator[pa.Table]:
        """Yield the prompts that are not alone, in sums by ``account_ix``: -1 of nobody."""
        for fold, place in self._chosen:
            for rows in self._folds.batches(fold, "prompts"):
                yield by_account(rows, place)

    def instants(self, codes: Ints) -> Iterator[pa.Table]:
        """Yield the events behind sums: account_ix, occurred_at and prompt_code.

        Parameters
        ----------
        codes
            Numbers of the prompts that are asked for, ascending.
        """
        for fold, place in self._chosen:

            def asked(rows: pa.Table, place: Places = place) -> pa.Table:
                sent = rows["prompt_code"].to_numpy()
                begin = np.searchsorted(sent, codes)
                n_each = np.searchsorted(sent, codes, side="right") - begin
                chosen = rows.take(pa.array(along(begin, n_each)))
                return of_those_who_count(chosen, place)

            yield from ahead(self._folds.batches(fold, "instants"), asked, self._n_threads)

    def of_nobody(self) -> Ints:
        """Return the numbers of prompts of accounts that do not count."""
        found = [np.empty(0, np.int64)]
        for (fold, place), codes, sums in zip(self._chosen, self._codes, self._sums, strict=True):
            if (place[sums["account_no"].to_numpy()] < 0).any():
                found.append(codes[place[_column(self._folds, fold, "account_no")] < 0])
        return np.concatenate(found)

    def in_several(self) -> Ints:
        """Return the numbers that more than one fold has."""
        every = [np.empty(0, np.int64)]
        for at, codes in enumerate(self._codes):
            for others in self._codes[:at]:
                less, more = sorted((codes, others), key=len)
                every.append(less[places(more, less)[1]])
        return np.concatenate(every)

    def take(self, wanted: Ints) -> pa.Table:
        """Take out the prompts of some numbers; return those of accounts that count.

        Returns
        -------
        pyarrow.Table
            Rows of ``TAKEN`` that were not taken out before.
        """
        wanted = distinct(wanted)
        found = [TAKEN.empty_table()]
        for (fold, place), codes, is_taken in zip(
            self._chosen, self._codes, self._is_taken, strict=True
        ):
            at, is_there = places(codes, wanted)
            at = at[is_there]
            at = at[~is_taken[at]]
            is_taken[at] = True
            rows = of_those_who_count(self._folds.rows_at(fold, "alone", at), place)
            self._n_taken.append(rows["account_ix"].to_numpy())
            found.append(rows.select(TAKEN.names))
        return pa.concat_tables(found)

    def left(self) -> pa.Table:
        """Return how many prompts each account has that were not taken out.

        Returns
        -------
        pyarrow.Table
            Columns account_ix and n_values, of accounts that have any.
        """
        n = 1 + max((int(place.max(initial=-1)) for _, place in self._chosen), default=-1)
        count = np.zeros(n, dtype=np.int64)
        for (_, place), sums in zip(self._chosen, self._sums, strict=True):
            who = place[sums["account_no"].to_numpy()]
            np.add.at(count, who[who >= 0], sums["n_values"].to_numpy()[who >= 0])
        np.subtract.at(count, np.concatenate(self._n_taken), 1)
        has = np.flatnonzero(count)
        return pa.table({"account_ix": pa.array(has.astype(np.int32)), "n_values": count[has]})


def by_account(rows: pa.Table, place: Places) -> pa.Table:
    """Return rows of a fold by ``account_ix`` instead of ``account_no``."""
    at = rows.schema.get_field_index("account_no")
    return rows.set_column(at, "account_ix", pa.array(place[rows["account_no"].to_numpy()]))


def of_those_who_count(rows: pa.Table, place: Places) -> pa.Table:
    """Return those rows of a fold whose accounts count, by ``account_ix``."""
    found = by_account(rows, place)
    counts = found["account_ix"].to_numpy() >= 0
    return found if counts.all() else found.filter(pa.array(counts))


def _column(folds: Folds, fold: Fold, name: str) -> npt.NDArray[np.int64]:
    """Return one column of a fold's prompts that are alone, in their order."""
    parts = [rows[name].to_numpy() for rows in folds.batches(fold, "alone", [name])]
    found: Ints = np.concatenate(parts)
    return found
