"""The one pass in which prompts are read: from text to numbers, and the text is dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.events import ACCOUNT_CODE, EVENT_CODE
from linkage.ingest.reading import TableReader, rejects_name
from linkage.ingest.rows import reading
from linkage.ingest.sketches import LONGEST_PROMPT, N_BANDS, Sketches
from linkage.ingest.text_readers import PromptBatch, PromptReader, add_up, by_event, counted_for
from linkage.queries import query
from linkage.sharing import ahead
from linkage.store import Store

Ints = npt.NDArray[np.int64]

ROWS_AT_ONCE = 8_192
"""Events whose prompts are in memory at once, for each thread."""

ROWS_TO_STORE = 200_000
"""Rows that wait until they are stored together."""

NO_EVENTS = pa.RecordBatch.from_pylist([], pa.schema([
    ("account_ix", pa.int32()), ("occurred_at", pa.timestamp("us")), ("prompt", pa.string()),
    ("system_prompt", pa.string()), ("again_ix", pa.int64()),
]))
"""What :class:`Sketching` takes, without rows: it answers with the columns of its tables."""

BANDS = tuple(f"band_{at}" for at in range(N_BANDS))
"""Columns of a sketch in the table ``skeleton``."""


class PromptSketcher(Protocol):
    """Turns texts into numbers that texts of one template share."""

    def sketch(self, texts: pa.StringArray) -> Sketches:
        """Return a row per text; called by several threads at once."""
        ...


def read_prompts(
    store: Store,
    reader: TableReader,
    sketcher: PromptSketcher,
    *,
    as_of: str | None,
    n_threads: int,
    readers: Sequence[PromptReader] = (),
    overlapping: bool = False,
) -> None:
    """Make the tables ``prompt`` and ``skeleton``, and those of further readers.

    ``prompt`` has a row per event with a prompt or a system prompt: who, when, and numbers.
    ``skeleton`` has the sketch of each skeleton that is long enough, some of them twice.
    Both of several inputs may be put under one another: numbers carry the key alone.

    Parameters
    ----------
    reader
        The events; their addresses are in ``address`` already, and those that are delivered
        more than once in ``event_again``.
    as_of
        Instant after which nothing counts, as the engine reads it.
    n_threads
        Threads that work on text, at least 1.
    readers
        Who else reads the prompts.
    overlapping
        Tell events again that are delivered more than once, and count each once.

    Raises
    ------
    InputError
        If a file turns out to be unreadable.
    """
    store.create("account_code", ACCOUNT_CODE)
    store.view("read_prompt", _texts(reader, EVENT_CODE if overlapping else "null::UBIGINT"))
    store.put("reading_until", pa.table({"as_of": pa.array([as_of], pa.string())}))
    select = query("ingest", "prompt_text").body
    with store.joined_as_written():
        reading(store, reader, lambda: take_prompts(
            store, store.batches(select, rows=ROWS_AT_ONCE), sketcher, n_threads=n_threads,
            readers=readers,
        ))
    store.drop("account_code", "reading_until")
    store.drop_view("read_prompt")
    for part in reader.parts:
        # The engine keeps lines that are not CSV, and they may hold a prompt.
        name = rejects_name("events", part)
        store.drop(name, f"{name}_scan")


def take_prompts(
    store: Store,
    batches: Iterable[pa.RecordBatch],
    sketcher: PromptSketcher,
    *,
    n_threads: int,
    readers: Sequence[PromptReader] = (),
) -> int:
    """Make the tables of :func:`read_prompts` from events at hand; return rows of ``prompt``.

    Parameters
    ----------
    batches
        Events in columns account_ix, occurred_at, prompt, system_prompt and again_ix, the
        texts cut to ``LONGEST_PROMPT`` characters; some thousand at a time.
    """
    names = ("prompt", "prompt_again", "skeleton", *(one.table for one in readers))
    tables = [_Growing(store, name) for name in names]
    sketch = Sketching(sketcher, tuple(readers))
    # Of nothing first, so that the tables are there when no event has a prompt.
    for rows in chain([sketch(NO_EVENTS)], ahead(batches, sketch, n_threads)):
        for table, new in zip(tables, rows, strict=True):
            table.add(new)
    for table in tables:
        table.store_rest()
    store.extend("prompt", query("ingest", "prompt_once").body)
    store.drop("prompt_again")
    for one in readers:
        add_up(store, one.table)
    return store.count("prompt")


def _texts(reader: TableReader, event_code: str) -> str:
    """Return the SELECT of events with their texts, the middle of very long ones left out."""
    texts = ", ".join(
        f"{cut(column) if reader.has(column) else 'null::VARCHAR'} as {column}"
        for column in ("prompt", "system_prompt")
    )
    return (
        f"select hash(account_id) as account_code, occurred_at, hash(ip) as ip_code, {texts}, "
        f"{event_code} as event_code "
        f"from ({reader.select(numbered=False)}) as r "
        f"where {reader.every_column}"
    )


def cut(column: str) -> str:
    """Return the expression of a text of at most ``LONGEST_PROMPT`` characters."""
    tail = LONGEST_PROMPT // 4
    return (
        f"case when length({column}) > {LONGEST_PROMPT} "
        f"then left({column}, {LONGEST_PROMPT - tail}) || right({column}, {tail}) "
        f"else nullif({column}, '') end"
    )


@dataclass(frozen=True)
class Sketching:
    """What is done with each batch of events."""

    sketcher: PromptSketcher
    readers: tuple[PromptReader, ...]

    def __call__(self, batch: pa.RecordBatch) -> Sequence[pa.Table]:
        """Return new rows of ``prompt``, ``prompt_again``, ``skeleton`` and each reader's table."""
        prompts, which = _folded(batch.column("prompt"))
        of_prompt = self.sketcher.sketch(prompts)
        systems, which_system = _folded(batch.column("system_prompt"))
        of_system = self.sketcher.sketch(systems)
        rows = pa.table({
            "account_ix": batch.column("account_ix"),
            "occurred_at": batch.column("occurred_at"),
            "prompt_code": _numbers(of_prompt.skeleton, which),
            "opening_code": _numbers(of_prompt.opening, which),
            "closing_code": _numbers(of_prompt.closing, which),
            "shape_code": _numbers(of_prompt.shape, which),
            "system_code": _numbers(of_system.skeleton, which_system),
        })
        again = batch.column("again_ix").fill_null(-1).to_numpy()
        is_again = pa.array(again >= 0)
        sketches = pa.concat_tables([_sketched(of_prompt), _sketched(of_system)])
        made = (
            rows.filter(pc.invert(is_again)),
            rows.append_column("again_ix", batch.column("again_ix")).filter(is_again), sketches,
        )
        if not self.readers:
            return made
        texts = PromptBatch(
            prompts, which, systems, which_system,
            counted_for(batch.column("account_ix").to_numpy().astype(np.int64), again),
            batch.column("occurred_at").cast(pa.int64()).to_numpy(),
        )
        return (*made, *(by_event(one.read(texts), again) for one in self.readers))


def _folded(column: pa.Array) -> tuple[pa.StringArray, Ints]:
    """Return the distinct texts of a column, and which of them each row has; -1 for none."""
    encoded = column.cast(pa.string()).dictionary_encode()
    which = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    return encoded.dictionary, which


def _numbers(code: npt.NDArray[np.uint64], which: Ints) -> pa.Array:
    """Return each row's number as the engine's BIGINT; null for none."""
    found = np.append(code, np.uint64(0))[which].view(np.int64)
    return pa.array(found, mask=found == 0)


def _sketched(found: Sketches) -> pa.Table:
    """Return the rows of ``skeleton`` that a batch brings."""
    new = np.flatnonzero(found.bands[:, 0])
    bands = found.bands[new].view(np.int64)
    return pa.table({
        "code": found.skeleton[new].view(np.int64),
        **{name: np.ascontiguousarray(bands[:, at]) for at, name in enumerate(BANDS)},
    })


class _Growing:
    """A table of the store that grows by many rows at once."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._waiting: list[pa.Table] = []
        store.drop(name)

    def add(self, rows: pa.Table) -> None:
        """Take some rows, and store those that wait when they are many."""
        self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= ROWS_TO_STORE:
            self.store_rest()

    def store_rest(self) -> None:
        """Store what waits."""
        if self._waiting:
            self._store.append(self._name, pa.concat_tables(self._waiting))
            self._waiting.clear()
