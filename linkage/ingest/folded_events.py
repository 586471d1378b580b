"""Events of a night that reads most of them as sums."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.among import Among
from linkage.ingest.events import ACCOUNT_CODE
from linkage.ingest.folded_prompts import FoldedPrompts, of_those_who_count
from linkage.ingest.folding import APART, Folding, Ints
from linkage.ingest.folds import Fold, Folds
from linkage.ingest.known import Known
from linkage.ingest.known_loading import Placed, loaded, whole
from linkage.sharing import ahead
from linkage.store import Store

N_LATEST = 2
"""Latest files that are in no fold: what comes next may bring some of their events again."""

MANY_FILES = 6
"""Files in no fold that are worth one."""

LARGE_SHARE = 0.25
"""Share of all events in no fold that is worth one."""


class FoldedEvents:
    """Which entries of events are read, and what stands for the others.

    Parameters
    ----------
    entries
        Of events, in the order of their files.
    retention_days
        Days after which rows age out: folds are then of a part of them, so that what goes
        takes few sums along.
    probe
        The engine's number for a fixed text.
    readers
        Tables of those who read prompts.
    n_threads
        Threads that look through sums, at least 1.
    """

    def __init__(
        self, store: Store, known: Known, key: bytes, entries: Sequence[Placed], *,
        retention_days: int | None, probe: int, readers: tuple[str, ...], n_threads: int,
    ) -> None:
        self._store, self._known, self._entries = store, known, entries
        self._folds = Folds(known.folder, key)
        self._days, self._probe, self._readers = retention_days, probe, readers
        self._n_threads = n_threads
        self._chosen: list[tuple[Fold, Ints]] = []
        self._planned: list[tuple[list[Placed], list[Fold]]] = []
        self._by_word = {one.entry.word: one for one in entries}

    def choose(self) -> None:
        """Choose the folds that say what their entries say; needs ``account_key``.

        Those do not that have an event which comes again elsewhere, or one of an account that is
        no longer known.
        """
        found = self._folds.of(self._by_word, probe=self._probe, readers=self._readers)
        self._chosen = [
            (fold, place) for fold in found if (place := self._accounts(fold)) is not None]
        while self._chosen:
            codes = self._loose_codes()
            again = [fold for fold, _ in self._chosen if self._has_one_of(fold, codes)]
            if not again:
                break
            # What they have is read now, and may come again in another.
            self._chosen = [one for one in self._chosen if one[0] not in again]

    @property
    def loose(self) -> list[Placed]:
        """Entries that are read."""
        covered = {word for fold, _ in self._chosen for word in fold.covers}
        return [one for one in self._entries if one.entry.word not in covered]

    @property
    def n_events(self) -> int:
        """Events that are in sums."""
        return sum(fold.n_events for fold, _ in self._chosen)

    def rest(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield rows that stand beside the sums, with ``file_ix``."""
        for fold, _ in self._chosen:
            files = np.array([self._by_word[word].file_ix for word in fold.covers], dtype=np.int32)
            for rows in self._folds.batches(fold, "rest"):
                moved = pa.array(files[rows["file_ix"].to_numpy()])
                yield rows.set_column(0, "file_ix", moved).select(["file_ix", *columns])

    def rest_of(self, file_ix: int, columns: Sequence[str]) -> pa.Table | None:
        """Return such rows of one file; None where all its rows are read."""
        if any(one.file_ix == file_ix for one in self.loose):
            return None
        return pa.concat_tables(
            rows.filter(pc.equal(rows["file_ix"], file_ix)) for rows in self.rest(columns))

    def spellings(self) -> Iterator[pa.Table]:
        """Yield the texts of numbers, of those in sums without devices and sessions."""
        for fold, _ in self._chosen:
            yield from self._folds.batches(fold, "spelling")
        for one in self.loose:
            yield whole(self._known, one, "spelling").drop_columns("file_ix")

    def spell(self, kind: str) -> None:
        """Add to ``spelling`` what :meth:`spellings` leaves out of ``shared_value``, of a kind."""
        if kind not in APART:
            return
        wanted = Among(self._store.arrow("select distinct value from shared_value")[
            "value"].to_numpy())
        for fold, _ in self._chosen:
            found, n = [np.empty(0, np.int64)], 0
            for rows in self._folds.batches(fold, "spelling_apart", ["code"]):
                found.append(n + np.flatnonzero(wanted.flags(rows["code"].to_numpy())))
                n += rows.num_rows
            rows = self._folds.rows_at(fold, "spelling_apart", np.concatenate(found))
            self._store.append("spelling", rows.filter(pc.equal(rows["column"], APART[kind])))

    def sums(self, table: str) -> Iterator[pa.Table]:
        """Yield sums of accounts that count, by ``account_ix``."""
        for fold, place in self._chosen:
            for rows in self._folds.batches(fold, table):
                if "account_no" in rows.column_names:
                    yield of_those_who_count(rows, place)

    def prompts(self) -> FoldedPrompts:
        """Return the prompts of those events that are in sums."""
        return FoldedPrompts(self._folds, self._chosen, n_threads=self._n_threads)

    def plan(self) -> None:
        """Plan folds where enough is in none; needs ``event`` as it was read."""
        latest = sorted(self._entries, key=lambda one: (one.entry.newest or "", one.entry.name))
        held_back = {one.entry.word for one in latest[max(len(latest) - N_LATEST, 0):]}
        if self._days is not None:
            # Its rows go night by night, and sums with them.
            oldest = min((self._part(one) for one in latest if one.entry.newest), default=0)
            held_back |= {one.entry.word for one in latest if self._part(one) == oldest}
        parts: dict[int, list[Placed]] = {}
        for one in self.loose:
            if one.entry.word not in held_back:
                parts.setdefault(self._part(one), []).append(one)
        n_rows = sum(one.entry.n_rows["rows"] for one in self._entries)
        for part, entries in sorted(parts.items()):
            n = sum(one.entry.n_rows["rows"] for one in entries)
            if len(entries) >= MANY_FILES or n >= LARGE_SHARE * n_rows:
                self._planned.append((entries, self._taken_up(part, n)))
        if self._planned:
            self._store.create("fold_twice", "select event_code from event where event_code is "
                                             "not null group by event_code having count(*) > 1")

    def _taken_up(self, part: int, n: int) -> list[Fold]:
        """Return the folds of a part of the time that are not much larger than ``n`` events."""
        found = []
        for fold in sorted((one for one, _ in self._chosen), key=lambda one: one.n_events):
            parts = {self._part(self._by_word[word]) for word in fold.covers}
            if parts == {part} and fold.n_events <= 2 * n:
                found.append(fold)
                n += fold.n_events
        return found

    def fold(self) -> None:
        """Make the folds that are planned; needs ``account_key`` and ``malformed_address``.

        Folds that are taken up are gone afterwards.
        """
        for entries, takes_up in self._planned:
            Folding(self._store, self._known, self._folds, entries, takes_up,
                    self._readers).write(self._probe)
        self._planned = []
        self._store.drop("fold_twice")

    def _part(self, one: Placed) -> int:
        """Return which part of the time that is retained an entry is of."""
        if self._days is None or one.entry.newest is None:
            return 0
        day = (datetime.fromisoformat(one.entry.newest) - datetime(1970, 1, 1)).days
        return day // max(self._days // 8, 1)

    def _accounts(self, fold: Fold) -> Ints | None:
        """Return who each of a fold's accounts is, -1 who does not count; None for a stranger."""
        accounts = self._folds.read(fold, "accounts")
        accounts = accounts.append_column(
            "account_no", pa.array(np.arange(accounts.num_rows, dtype=np.int32)))
        with self._store.lent("fold_account", accounts):
            found = self._store.arrow(f"""
                select f.account_no, k.account_code is null as is_strange,
                    case when not k.is_left_out then k.account_ix end as account_ix
                from fold_account as f left join ({ACCOUNT_CODE}) as k
                    on f.account_code = k.account_code
                where f.account_code is not null
            """)
        if pc.any(found["is_strange"]).as_py():
            return None
        place = np.full(accounts.num_rows, -1, dtype=np.int32)
        place[found["account_no"].to_numpy()] = found["account_ix"].fill_null(-1).to_numpy()
        return place

    def _loose_codes(self) -> Among:
        """Return what tells the events again that are read."""
        parts = [rows["event_code"] for rows in (
            *loaded(self._known, self.loose, ["event_code"]), *self.rest(["event_code"]))]
        codes = [part.drop_null().to_numpy() for part in parts]
        return Among(np.concatenate([np.empty(0, np.uint64), *codes]))

    def _has_one_of(self, fold: Fold, codes: Among) -> bool:
        """Tell whether sums stand for an event of one of some codes."""
        return any(ahead(
            self._folds.batches(fold, "codes"),
            lambda rows: codes.flags(rows["event_code"].to_numpy()).any(), self._n_threads))
