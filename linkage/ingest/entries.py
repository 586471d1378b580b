"""Reads one input file, once, into what stays of it: encrypted tables without any prompt."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.events import CODES, EVENT_CODE, coded_text, is_conversation
from linkage.ingest.forgotten import Forgotten
from linkage.ingest.kinds import Distinct, Kinds, distinct, kind_column, kind_table
from linkage.ingest.prompts import BANDS, NO_EVENTS, ROWS_AT_ONCE, Sketching, cut
from linkage.ingest.quarantine import rejected_lines
from linkage.ingest.reading import TableReader
from linkage.ingest.rows import MISSING_ACCOUNT, reading
from linkage.ingest.vault import ROWS_AT_ONCE as ROWS_OF_GROUP
from linkage.ingest.vault import Pieces, Vault
from linkage.sharing import ahead
from linkage.store import Store

CLOCKS = {
    "events": "occurred_at", "payments": "paid_at", "identifiers": "seen_at", "links": "seen_at",
}
"""Table to the column that says how old a row is; rows of other tables do not age."""

ACCOUNTS: dict[str, tuple[str, ...]] = {
    "links": ("account_id_l", "account_id_r"), "networks": (), "hubs": (),
}
"""Columns that name accounts, where that is not ``account_id`` alone."""

_UNUSED = {
    "payments": {"billing_country", "amount_usd", "payment_id"}, "networks": {"asn", "name"},
}
"""Columns that no stage reads: they are not kept."""

PROMPT_CODES = ("prompt_code", "opening_code", "closing_code", "shape_code", "system_code")

EVENT = pa.schema([
    ("row_no", pa.int64()), ("account_code", pa.uint64()), ("occurred_at", pa.timestamp("us")),
    *((code, pa.uint64()) for code in CODES.values()),
    ("is_conversation", pa.bool_()), ("event_code", pa.uint64()), ("fault", pa.string()),
])
PROMPT = pa.schema([("has_prompt", pa.bool_()), *((code, pa.int64()) for code in PROMPT_CODES)])
SPELLING = pa.schema([("column", pa.string()), ("code", pa.uint64()), ("text", pa.string())])
SKELETON = pa.schema([("code", pa.int64()), *((band, pa.int64()) for band in BANDS)])


def span(vault: Vault, table: str) -> tuple[str | None, str | None]:
    """Return the instants of the oldest and newest row, ISO 8601; None where no row has one."""
    clock = CLOCKS.get(table)
    if clock is None:
        return None, None
    found = pc.min_max(vault.read("rows", [clock])[clock]).as_py()
    oldest, newest = (found[end].isoformat() if found[end] else None for end in ("min", "max"))
    return oldest, newest


@dataclass
class FileRead:
    """What was read of one file."""

    has: list[str]
    """Columns of the contract that the file brings."""
    n_rows: dict[str, int] = field(default_factory=dict)
    """Encrypted table to its rows."""
    n_forgotten: int = 0
    """Rows left out because their accounts are forgotten."""


def read_file(
    store: Store, reader: TableReader, vault: Vault, forgotten: Forgotten, sketch: Sketching,
    *, n_threads: int,
) -> FileRead:
    """Read one file into encrypted tables.

    All have ``rows``. Events have ``spelling`` (the texts behind their numbers) and, of prompts,
    ``skeleton`` and ``reading_NAME`` of each prompt reader. A CSV file that has lines which are
    no CSV has ``lines``.

    Parameters
    ----------
    reader
        Of that file alone.
    forgotten
        Accounts of which nothing is kept.
    sketch
        What is done with prompts.

    Raises
    ------
    InputError
        If the file turns out to be unreadable.
    """
    found = FileRead([name for name, _ in reader.table.columns if reader.has(name)])
    work = _Events if reader.table.name == "events" else _Rows
    with store.in_order():
        work(store, reader, vault, forgotten, found).read(sketch, n_threads)
        lines = rejected_lines(store, reader)
        if lines.num_rows:
            found.n_rows["lines"] = vault.write("lines", lines)
    return found


class _Rows:
    """Rows of any table but events: kept as the contract has them."""

    def __init__(
        self, store: Store, reader: TableReader, vault: Vault, forgotten: Forgotten,
        found: FileRead,
    ) -> None:
        self._store, self._reader, self._vault = store, reader, vault
        self._forgotten, self._found = forgotten, found

    def read(self, sketch: Sketching, n_threads: int) -> None:
        """Write ``rows``."""
        del sketch, n_threads
        reading(self._store, self._reader, self._read)

    def _read(self) -> int:
        """Write the rows, those of forgotten accounts left out."""
        table = self._reader.table
        unused = {"file_ix"} | _UNUSED.get(table.name, set())
        select = f"select * exclude ({', '.join(sorted(unused))}) from ({self._reader.select()})"
        rows = self._store.arrow(select)
        kept = self._forgotten.without(rows, ACCOUNTS.get(table.name, ("account_id",)))
        self._found.n_forgotten = rows.num_rows - kept.num_rows
        self._found.n_rows["rows"] = self._vault.write("rows", kept)
        return int(kept.num_rows)


class _Events(_Rows):
    """Events: numbers, the texts behind them, and sketches of prompts."""

    def read(self, sketch: Sketching, n_threads: int) -> None:
        """Write all tables of events."""
        store, reader = self._store, self._reader
        self._sketch, self._n_threads = sketch, n_threads
        self._has_prompts = reader.has("prompt") or reader.has("system_prompt")
        self._gone = self._forgotten_here()
        reading(store, reader, self._numbers)
        reading(store, reader, self._spelling)

    def _forgotten_here(self) -> pa.Table:
        """Return ``account_id`` and ``account_code`` of the file's forgotten accounts."""
        if not self._forgotten.hashes:
            return pa.table({"account_id": pa.array([], pa.string()),
                             "account_code": pa.array([], pa.uint64())})
        source = self._reader.select(numbered=False)
        names = self._store.arrow(f"select distinct account_id from ({source})")
        rejected_lines(self._store, self._reader)
        self._store.put("forgotten_here", self._forgotten.among(names["account_id"]))
        found = self._store.arrow(
            "select account_id, hash(account_id) as account_code from forgotten_here")
        self._store.drop("forgotten_here")
        return found

    def _numbers(self) -> int:
        """Write ``rows``, and of prompts ``skeleton`` and the readers' rows."""
        prompted = [
            *PROMPT, *(pa.field(kind_column(one.table), pa.int32()) for one in self._sketch.readers)
        ] if self._has_prompts else []
        schema = pa.schema([*EVENT, *prompted])
        rows = Pieces(self._vault, "rows", schema)
        kinds = [Kinds() for _ in self._sketch.readers]
        # Of nothing first, so that the columns are known when no event comes.
        for kind, made in zip(kinds, self._sketch(NO_EVENTS)[3:], strict=True):
            kind.places(distinct(made, np.empty(0, dtype=np.int64)))
        with rows, Pieces(
            self._vault, "skeleton", SKELETON, is_random=True
        ) as skeletons:
            for new, skeleton, made in ahead(
                self._batches(), self._without_texts, self._n_threads
            ):
                skeletons.add(skeleton)
                for one, kind, folded in zip(self._sketch.readers, kinds, made, strict=False):
                    new = new.append_column(kind_column(one.table), kind.places(folded))
                rows.add(new.cast(schema))
        self._found.n_rows["rows"] = rows.n
        if self._has_prompts:
            self._found.n_rows["skeleton"] = skeletons.n
            for one, kind in zip(self._sketch.readers, kinds, strict=True):
                name = kind_table(one.table)
                self._found.n_rows[name] = self._vault.write(name, kind.table())
        return rows.n

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the events with their row numbers, those of forgotten accounts left out."""
        gone = self._gone["account_code"].combine_chunks()
        n = 0
        for batch in self._store.stream(
            self._select(), rows=ROWS_AT_ONCE if self._has_prompts else ROWS_OF_GROUP
        ):
            numbered = batch.add_column(
                0, "row_no", pa.array(np.arange(n + 1, n + 1 + batch.num_rows)))
            n += batch.num_rows
            if len(gone):
                keep = pc.invert(pc.is_in(batch.column("account_code"), value_set=gone))
                numbered = numbered.filter(keep)
            self._found.n_forgotten += batch.num_rows - numbered.num_rows
            yield numbered

    def _select(self) -> str:
        """Return the SELECT of the numbers, and of prompts to make numbers of."""
        reader = self._reader
        numbers = ", ".join(
            f"{coded_text(column) if reader.has(column) else 'null::UBIGINT'} as {code}"
            for column, code in CODES.items()
        )
        texts = ", ".join(
            f"{cut(column) if reader.has(column) else 'null::VARCHAR'} as {column}"
            for column in ("prompt", "system_prompt")
        )
        return (
            f"select hash(account_id) as account_code, occurred_at, {numbers}, "
            f"{is_conversation(reader)} as is_conversation, {EVENT_CODE} as event_code, "
            f"case when account_id = '' then '{MISSING_ACCOUNT}' else fault end "
            f"as fault, {texts} from ({reader.select(numbered=False)}) as r "
            f"where {reader.every_column}"
        )

    def _without_texts(
        self, batch: pa.RecordBatch
    ) -> tuple[pa.Table, pa.Table, list[Distinct]]:
        """Return a batch's rows, its sketches, and what each reader made of it."""
        rows = pa.table(batch).select(EVENT.names)
        if not self._has_prompts:
            return rows, SKELETON.empty_table(), []
        has = pc.or_(*(pc.is_valid(batch.column(name)) for name in ("prompt", "system_prompt")))
        has = pc.and_(has, pc.is_valid(batch.column("occurred_at")))  # bad ones are not read
        at = np.flatnonzero(has.to_numpy(zero_copy_only=False))
        texts = batch.take(pa.array(at))
        made = self._sketch(pa.record_batch({
            "account_ix": pa.array(np.arange(len(at), dtype=np.int32)),
            "occurred_at": texts.column("occurred_at"), "prompt": texts.column("prompt"),
            "system_prompt": texts.column("system_prompt"),
            "again_ix": pa.nulls(len(at), pa.int64()),
        }))
        place = np.full(batch.num_rows, -1, dtype=np.int64)
        place[at] = np.arange(len(at))
        index = pa.array(place, mask=place < 0)
        rows = rows.append_column("has_prompt", has)
        for code in PROMPT_CODES:
            rows = rows.append_column(code, made[0][code].take(index))
        return rows, made[2], [distinct(one, place) for one in made[3:]]

    def _spelling(self) -> int:
        """Write ``spelling``: each number's text."""
        store, reader = self._store, self._reader
        columns = [column for column in CODES if reader.has(column)]
        source = reader.select(numbered=False)
        store.put("forgotten_here", self._gone)
        select = (
            f"select distinct {', '.join(columns) or 'null'} from ({source}) as r "
            "anti join forgotten_here as g on r.account_id = g.account_id "
            f"where {reader.every_column}"
        )
        if reader.is_columnar:
            store.view("spelt_here", f"select * from ({source}) as r "
                       "anti join forgotten_here as g on r.account_id = g.account_id")
        else:
            store.create("spelt_here", select)
        spellings = Pieces(self._vault, "spelling", SPELLING)
        with spellings:
            for column in columns:
                for batch in store.stream(
                    f"select '{column}' as \"column\", hash({column}) as code, "
                    f"min({column}) as text from spelt_here where {column} <> '' "
                    f"group by hash({column})", rows=ROWS_OF_GROUP,
                ):
                    spellings.add(pa.table(batch).cast(SPELLING))
        (store.drop_view if reader.is_columnar else store.drop)("spelt_here")
        store.drop("forgotten_here")
        self._found.n_rows["spelling"] = spellings.n
        return spellings.n
