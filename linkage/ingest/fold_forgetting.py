"""Takes accounts out of folds, with the numbers and the texts that only they had."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.events import CODES
from linkage.ingest.folding import SPELLINGS, SUMS
from linkage.ingest.folds import Fold, Folds
from linkage.ingest.prompt_folding import PROMPT_TABLES
from linkage.ingest.vault import Pieces, Vault


def forget_in_folds(
    folds: Folds, accounts: pa.Array, events: pa.Array, words: Mapping[str, str]
) -> None:
    """Write folds anew without some accounts, of entries that were written anew without them.

    Parameters
    ----------
    folds
        All folds.
    accounts
        Numbers of the accounts, as events have them.
    events
        What told their events again.
    words
        Word of an entry that was written anew, to its new one.

    Raises
    ------
    DamagedEntry
        If a fold cannot be read; it is gone then.
    InputError
        If one cannot be written.
    """
    for fold in folds.every():
        if not {*fold.covers}.isdisjoint(words):
            work = _Without(folds, fold, accounts, events, words)
            folds.write(work.fill, takes_up=[fold])


class _Without:
    """One fold without some accounts."""

    def __init__(
        self, folds: Folds, fold: Fold, accounts: pa.Array, events: pa.Array,
        words: Mapping[str, str],
    ) -> None:
        self._folds, self._fold, self._events, self._accounts = folds, fold, events, accounts
        self._covers = tuple(words.get(word, word) for word in fold.covers)
        self._spelt: dict[str, list[pa.Array]] = {column: [] for column in CODES}

    def fill(self, vault: Vault) -> Fold:
        """Write the tables and return the fold."""
        found = self._folds.read(self._fold, "accounts")
        is_gone = pc.fill_null(pc.is_in(found["account_code"], value_set=self._accounts), False)
        vault.write("accounts", pa.table({"account_code": pc.if_else(
            is_gone, pa.scalar(None, pa.uint64()), found["account_code"])}))
        numbers = pa.array(np.flatnonzero(is_gone.to_numpy()).astype(np.int32))
        for table in (*SUMS, *self._fold.readers, *PROMPT_TABLES):
            self._some(vault, table, "account_no", numbers)
        self._some(vault, "rest", "account_code", self._accounts)
        n_events = self._some(vault, "codes", "event_code", self._events)
        for table in SPELLINGS:
            with Pieces(vault, table, self._schema(table)) as spellings:
                for rows in self._folds.batches(self._fold, table):
                    spellings.add(rows.filter(self._are_spelt(rows)))
        return replace(self._fold, covers=self._covers, n_events=n_events)

    def _some(self, vault: Vault, table: str, column: str, gone: pa.Array) -> int:
        """Write the rows of a table that have none of some values, and return how many."""
        with Pieces(vault, table, self._schema(table)) as pieces:
            for rows in self._folds.batches(self._fold, table):
                if column in rows.column_names:
                    rows = rows.filter(pc.invert(pc.is_in(rows[column], value_set=gone)))
                pieces.add(rows)
                for name, code in CODES.items():
                    if code in rows.column_names:
                        self._spelt[name].append(pc.unique(rows[code]))
        return pieces.n

    def _schema(self, table: str) -> pa.Schema:
        """Return the columns of a table."""
        return next(self._folds.batches(self._fold, table)).schema

    def _are_spelt(self, rows: pa.Table) -> pa.Array:
        """Flag texts that some row has."""
        found = np.zeros(rows.num_rows, dtype=bool)
        for name, parts in self._spelt.items():
            codes = pc.drop_null(pa.chunked_array(parts, pa.uint64()).combine_chunks())
            of_column = pc.equal(rows["column"], name).to_numpy()
            found |= of_column & pc.is_in(rows["code"], value_set=codes).to_numpy()
        return pa.array(found)
