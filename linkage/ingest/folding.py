"""Makes a fold of some entries, and of folds that it takes up."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.entries import EVENT, PROMPT
from linkage.ingest.folds import Fold, Folds
from linkage.ingest.kinds import kind_column, kind_table
from linkage.ingest.known import Entry, Known
from linkage.ingest.known_loading import Placed, loaded, whole
from linkage.ingest.prompt_folding import PROMPT_TABLES, PromptFolding
from linkage.ingest.vault import Pieces, Vault
from linkage.queries import query
from linkage.store import Store

Ints = npt.NDArray[np.int32]

ROWS_TO_FOLD = 1 << 20
"""Rows that are dealt at once."""

_SPAN = {"first_seen_at": "min", "last_seen_at": "max", "n_events": "sum"}

SUMS: dict[str, tuple[str, ...]] = {
    "sighting": ("ip_code",),
    "usage": ("device_code", "user_agent_code", "tls_code"),
    "session": ("session_code",),
    "activity": ("hour", "model_code", "is_conversation"),
}
"""Table of sums to what it sums by, besides ``account_no``. Others than of activity have the
first and the last instant; all have ``n_events``."""

APART = {"device": "device_id", "session": "session_id"}
"""Kind to the column whose texts are a table of their own: few of them are ever asked for."""

SPELLINGS = ("spelling", "spelling_apart")
"""Tables of texts; those of ``APART`` in the second."""

_HOUR = "cast(date_diff('hour', timestamp '1970-01-01 00:00:00', occurred_at) as integer) as hour"

_WANTED = {"sighting": "ip_code is not null", "session": "session_code is not null"}


class Folding:
    """One fold in the making.

    Needs ``account_key``, ``malformed_address`` and ``fold_twice``, the codes of events that come
    twice.

    Parameters
    ----------
    entries
        Of events, none of them in a fold that is taken up.
    takes_up
        Folds.
    readers
        Tables of those who read prompts.
    """

    def __init__(
        self, store: Store, known: Known, folds: Folds, entries: Sequence[Placed],
        takes_up: Sequence[Fold], readers: tuple[str, ...],
    ) -> None:
        self._store, self._known, self._folds, self._readers = store, known, folds, readers
        self._takes_up = takes_up
        n_before = sum(len(fold.covers) for fold in takes_up)
        self._entries = [
            Placed(n_before + at, one.entry, one.is_there) for at, one in enumerate(entries)
        ]

    def write(self, probe: int) -> Fold:
        """Write the fold and return it."""
        store = self._store
        store.create("fold_account", """
            select account_code, cast(row_number() over (order by account_code) - 1 as integer)
                as account_no
            from (select distinct hash(account_id) as account_code from account_key)
        """)
        covers = (*(word for fold in self._takes_up for word in fold.covers),
                  *(one.entry.word for one in self._entries))

        def fill(vault: Vault) -> Fold:
            return Fold(covers=covers, n_events=self._fill(vault), probe=probe,
                        readers=self._readers)

        fold = self._folds.write(fill, takes_up=self._takes_up)
        store.drop("fold_account", "fold_row", *self._tables())
        return fold

    def _tables(self) -> list[str]:
        """Return the tables that grow in the store."""
        return [f"fold_{name}" for name in (*SUMS, *self._readers, "spelling")]

    def _fill(self, vault: Vault) -> int:
        """Write every table and return how many events the sums stand for."""
        store = self._store
        store.drop(*self._tables())
        schema = _schema(self._readers)
        prompts = PromptFolding(store)
        with Pieces(vault, "rest", schema) as rest, Pieces(vault, "codes", CODES) as codes:
            n_before = 0
            for fold in self._takes_up:
                self._take_up(fold, n_before, rest, codes, prompts)
                n_before += len(fold.covers)
            self._kinds()
            for rows in self._rows(schema):
                with store.lent("read_fold", rows):
                    store.create("fold_row", query("ingest", "fold_row").body)
                self._split(schema, rest, codes, prompts)
            n_events = codes.n
        for one in self._entries:
            store.append("fold_spelling", whole(
                self._known, one, "spelling").drop_columns("file_ix"))
        prompts.close(vault)
        self._close(vault)
        return n_events

    def _rows(self, schema: pa.Schema) -> Iterator[pa.Table]:
        """Yield the entries' rows, with every column of a rest."""

        def shaped(_: Entry, rows: pa.Table) -> pa.Table:
            return pa.table([
                rows[field.name] if field.name in rows.column_names
                else pa.nulls(rows.num_rows, field.type) for field in schema
            ], schema=schema)

        yield schema.empty_table()
        for rows in loaded(self._known, self._entries, None, shaped):
            # Beside the rows are as many sums of them.
            for start in range(0, rows.num_rows, ROWS_TO_FOLD):
                yield rows.slice(start, ROWS_TO_FOLD)

    def _kinds(self) -> None:
        """Make ``fold_kind_NAME`` of the rows that readers made of the entries' prompts."""
        for name in self._readers:
            self._store.drop(f"fold_kind_{name}")
            for one in self._entries:
                if kind_table(name) in one.entry.n_rows:
                    rows = whole(self._known, one, kind_table(name))
                    number = pa.array(range(rows.num_rows), pa.int32())
                    self._store.append(f"fold_kind_{name}", rows.append_column(
                        kind_column(name), number))

    def _split(
        self, schema: pa.Schema, rest: Pieces, codes: Pieces, prompts: PromptFolding
    ) -> None:
        """Deal some rows to the tables."""
        store = self._store
        rest.add(store.arrow(
            f"select {', '.join(schema.names)} from fold_row where not is_plain").cast(schema))
        codes.add(store.arrow("select event_code from fold_row where is_plain").cast(CODES))
        prompts.split()
        for name, by in SUMS.items():
            select = ", ".join(_HOUR if column == "hour" else column for column in by)
            span = "" if name == "activity" else (
                "min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at, ")
            store.insert(f"fold_{name}", f"""
                select account_no, {select}, {span}count(*) as n_events
                from fold_row where is_plain and {_WANTED.get(name, 'true')} group by all
            """)
        for name in self._readers:
            kinds = f"fold_kind_{name}"
            if store.exists(kinds):
                summed = ", ".join(f"cast(sum(k.{one}) as bigint) as {one}"
                                   for one in _counts(store, kinds, kind_column(name)))
                store.insert(f"fold_{name}", f"""
                    select r.account_no, {summed} from fold_row as r inner join {kinds} as k
                    on r.file_ix = k.file_ix and r.{kind_column(name)} = k.{kind_column(name)}
                    where r.is_plain group by r.account_no
                """)

    def _take_up(
        self, fold: Fold, n_before: int, rest: Pieces, codes: Pieces, prompts: PromptFolding
    ) -> None:
        """Add another fold's tables."""
        folds, store = self._folds, self._store
        ours = store.arrow("select account_code from fold_account order by account_no")
        theirs = folds.read(fold, "accounts")["account_code"].fill_null(0)
        place = np.searchsorted(ours["account_code"].to_numpy(), theirs.to_numpy())
        for rows in folds.batches(fold, "rest"):
            moved = pc.add(rows["file_ix"], pa.scalar(n_before, pa.int32()))
            rest.add(rows.set_column(0, "file_ix", moved))
        for rows in folds.batches(fold, "codes"):
            codes.add(rows)
        for name in PROMPT_TABLES:
            for rows in folds.batches(fold, name):
                prompts.take_up(name, placed(rows, place.astype(np.int32)))
        for name in (*SUMS, *self._readers):
            for rows in folds.batches(fold, name):
                if "account_no" in rows.column_names:
                    store.append(f"fold_{name}", placed(rows, place.astype(np.int32)))
        for table in SPELLINGS:
            for rows in folds.batches(fold, table):
                store.append("fold_spelling", rows)

    def _close(self, vault: Vault) -> None:
        """Write the sums of sums, the accounts and the texts."""
        store = self._store
        for name, by in SUMS.items():
            counts = ", ".join(
                f"{how}({column})" + ("::BIGINT" if how == "sum" else "") + f" as {column}"
                for column, how in _SPAN.items() if name != "activity" or how == "sum")
            _write(store, vault, name, f"select account_no, {', '.join(by)}, {counts} "
                                       f"from fold_{name} group by all order by all")
        for name in self._readers:
            if store.exists(f"fold_{name}"):
                counts = ", ".join(f"sum({one})::BIGINT as {one}" for one in _counts(
                    store, f"fold_{name}", "account_no"))
                _write(store, vault, name, f"select account_no, {counts} from fold_{name} "
                                           "group by account_no order by account_no")
            else:
                vault.write(name, pa.table({}))
            store.drop(f"fold_kind_{name}")
        _write(store, vault, "accounts", """
            select case when u.account_no is not null then a.account_code end as account_code
            from fold_account as a
            left join (select distinct account_no from fold_usage) as u
                on a.account_no = u.account_no
            order by a.account_no
        """)
        apart = ", ".join(f"'{column}'" for column in APART.values())
        for name, which in zip(SPELLINGS, (f"not in ({apart})", f"in ({apart})"), strict=True):
            _write(store, vault, name, f"""
                select "column", code, min(text) as text from fold_spelling
                where "column" {which} group by "column", code order by "column", code
            """)


def placed(rows: pa.Table, place: Ints) -> pa.Table:
    """Return rows of a fold with other numbers for its accounts.

    Parameters
    ----------
    place
        Number in the fold to the other.
    """
    at = rows.schema.get_field_index("account_no")
    return rows.set_column(at, "account_no", pa.array(place[rows["account_no"].to_numpy()]))


def _schema(readers: Sequence[str]) -> pa.Schema:
    """Return the columns of what is kept as it is."""
    return pa.schema([
        ("file_ix", pa.int32()), *EVENT, *PROMPT,
        *((kind_column(name), pa.int32()) for name in readers),
    ])


CODES = pa.schema([("event_code", pa.uint64())])


def _counts(store: Store, table: str, key: str) -> list[str]:
    """Return the columns of a table that are added up."""
    names = store.arrow(f"select * from {table} limit 0").column_names
    return [name for name in names if name not in (key, "file_ix")]


def _write(store: Store, vault: Vault, table: str, select: str) -> None:
    """Write what a SELECT finds."""
    with store.in_order():
        batches = store.stream(select, rows=1 << 18)
        first = next(batches, None)
        rows = pa.table(first) if first is not None else store.arrow(f"{select} limit 0")
        with Pieces(vault, table, rows.schema) as pieces:
            pieces.add(rows)
            for batch in batches:
                pieces.add(pa.table(batch))
