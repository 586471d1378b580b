"""Prompts of what the state knows: each event's numbers, and what readers counted of it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.entries import EVENT, PROMPT, PROMPT_CODES
from linkage.ingest.events import ACCOUNT_CODE
from linkage.ingest.folded_events import FoldedEvents
from linkage.ingest.folded_prompts import FoldedPrompts, Ints
from linkage.ingest.kinds import kind_column, kind_table
from linkage.ingest.known import Entry, Known
from linkage.ingest.known_loading import Placed, loaded, whole
from linkage.ingest.text_readers import PromptReader, add_up
from linkage.queries import query
from linkage.store import Store

_PLACED = """
    select k.account_ix, e.* exclude (file_ix, account_code, ip_code, event_code), g.again_ix
    from read_prompt as e
    inner join account_code as k on e.account_code = k.account_code
    left join event_again as g on e.event_code = g.event_code
    anti join (select ip_code from address where version is null) as m on e.ip_code = m.ip_code
    where e.has_prompt and not k.is_left_out and e.occurred_at is not null
        and ($as_of is null or e.occurred_at <= cast($as_of as timestamp))
"""
"""As ``prompt_text``, of events whose prompts are numbers already."""

_CODES = ", ".join(PROMPT_CODES)

COPY = "prompt_copy"
"""Kind of a template that one account alone holds."""


def load_prompts(
    store: Store, known: Known, entries: Sequence[Placed], events: FoldedEvents,
    prompts: FoldedPrompts, readers: Sequence[PromptReader], *, as_of: str | None,
) -> None:
    """Make ``prompt`` and the tables of readers from what is known, as ``read_prompts`` does.

    Of prompts in sums, those that are not alone are added to ``prompt_summed``, the others by
    :func:`add_alone`. Also makes ``left_out_skeleton``: the numbers of skeletons that no event has
    which counts.

    Parameters
    ----------
    entries
        Of events; those without prompts are passed over.
    events
        Says which of them are read.
    prompts
        Of the others.
    readers
        Who else read the prompts.
    as_of
        Instant after which nothing counts, as the engine reads it.

    Raises
    ------
    DamagedEntry
        If an entry cannot be read.
    """
    entries = [one for one in entries if "skeleton" in one.entry.n_rows]
    loose = {one.entry.word for one in events.loose}
    beside = {file_ix for rows in events.rest([])
              for file_ix in rows["file_ix"].unique().to_pylist()}
    # What the others' readers made is in the sums; of one at least, the columns are needed.
    told = [one for at, one in enumerate(entries)
            if not at or one.entry.word in loose or one.file_ix in beside]
    first = {reader.table: _kinds(store, known, told, reader.table) for reader in readers}
    columns = ["account_code", "occurred_at", "ip_code", "event_code", *PROMPT.names,
               *(kind_column(reader.table) for reader in readers)]

    def shaped(entry: Entry, rows: pa.Table) -> pa.Table:
        """Count a reader's kinds along all entries."""
        for table, begins in first.items():
            at = rows.schema.get_field_index(kind_column(table))
            rows = rows.set_column(at, kind_column(table), pc.add(rows[at], begins[entry.name]))
        return rows

    store.create("account_code", ACCOUNT_CODE)
    store.drop("prompt", "prompt_again", "left_out_code")
    for reader in readers:
        store.drop(f"{reader.table}_counted")
    schema = pa.schema([
        ("file_ix", pa.int32()),
        *(_FIELDS.field(name) for name in columns if name in _FIELDS.names),
        *((kind_column(reader.table), pa.int32()) for reader in readers),
    ])
    for rows in chain(
        [schema.empty_table()],
        loaded(known, [one for one in entries if one.entry.word in loose], columns, shaped),
        _rest(events, told, columns, first),
    ):
        _place(store, rows, readers, as_of)
    _load_sums(store, prompts)
    store.materialise(query("ingest", "left_out_skeleton"))
    store.drop("left_out_code")
    store.extend("prompt", query("ingest", "prompt_once").body)
    store.drop("prompt_again", "account_code", "placed_prompt")
    for reader in readers:
        _add_up(store, reader.table, events)


def _load_sums(store: Store, prompts: FoldedPrompts) -> None:
    """Load what is in sums, and of what is alone those whose number is left out elsewhere."""
    for rows in prompts.sums():
        with store.lent("read_sum", rows):
            store.insert("prompt_summed", "select * from read_sum where account_ix >= 0")
            for code in ("prompt_code", "system_code"):
                store.insert("left_out_code", f"select {code} as code from read_sum "
                                              f"where account_ix < 0 and {code} is not null")
    store.append("left_out_code", pa.table({"code": prompts.of_nobody()}))
    _take(store, prompts, store.arrow("select distinct code from left_out_code")["code"].to_numpy())


def add_alone(store: Store, prompts: FoldedPrompts) -> None:
    """Add prompts that are alone in sums to ``prompt`` or, counted, to ``lone_value``.

    Needs ``template``. Those are alone still whose number no other prompt has and no template.
    """
    named = store.arrow("""
        select prompt_code as code from prompt where prompt_code is not null
        union select prompt_code from prompt_summed where prompt_code is not null
        union select code from template
        union select template_code from template
    """)["code"].to_numpy()
    _take(store, prompts, np.concatenate([named, prompts.in_several()]))
    rows = prompts.left()
    kind = pa.array([COPY] * rows.num_rows, pa.string())
    store.append("lone_value", rows.append_column("kind", kind))


def _take(store: Store, prompts: FoldedPrompts, codes: Ints) -> None:
    """Add prompts of some numbers to ``prompt``."""
    with store.lent("taken", prompts.take(codes)):
        nothing = ", ".join(f"null as {code}" for code in PROMPT_CODES[1:])
        store.insert("prompt", f"select *, {nothing} from taken")


def load_instants(store: Store, prompts: FoldedPrompts) -> None:
    """Add to ``prompt_instant`` the events behind sums whose templates few accounts share."""
    codes = store.arrow(query("ingest", "prompt_rare").body)["prompt_code"].to_numpy()
    for rows in prompts.instants(codes):
        store.append("prompt_instant", rows)


def _rest(
    events: FoldedEvents, entries: Sequence[Placed], columns: Sequence[str],
    first: Mapping[str, Mapping[str, int]],
) -> Iterator[pa.Table]:
    """Yield the rows that stand beside sums, a reader's kinds counted along all entries."""
    for rows in events.rest(columns):
        for table, begins in first.items():
            by_file = np.zeros(1 + max((one.file_ix for one in entries), default=0), np.int32)
            for one in entries:
                by_file[one.file_ix] = begins[one.entry.name]
            # Of a file without prompts, no row has a kind.
            files = np.minimum(rows["file_ix"].to_numpy(), len(by_file) - 1)
            at = rows.schema.get_field_index(kind_column(table))
            rows = rows.set_column(
                at, kind_column(table), pc.add(rows[at], pa.array(by_file[files])))
        yield rows


_FIELDS = pa.schema([*EVENT, *PROMPT])


def _kinds(
    store: Store, known: Known, entries: Sequence[Placed], table: str
) -> dict[str, int]:
    """Make ``NAME_kind`` of the rows that a reader made, and return where each entry's begin."""
    begins, n = {}, 0
    store.drop(f"{table}_kind")
    for one in entries:
        rows = whole(known, one, kind_table(table)).drop_columns("file_ix")
        begins[one.entry.name] = n
        number = pa.array(range(n, n + rows.num_rows), pa.int32())
        store.append(f"{table}_kind", rows.append_column("kind_ix", number))
        n += rows.num_rows
    return begins


def _place(
    store: Store, rows: pa.Table, readers: Sequence[PromptReader], as_of: str | None
) -> None:
    """Add some events to the tables, by account; those delivered more than once apart."""
    with store.lent("read_prompt", rows):
        store.create("placed_prompt", _PLACED, {"as_of": as_of})
        store.insert("left_out_code", query("ingest", "left_out_code").body, {"as_of": as_of})
    store.insert("prompt", f"select account_ix, occurred_at, {_CODES} from placed_prompt "
                           "where again_ix is null")
    store.insert("prompt_again", f"select account_ix, occurred_at, {_CODES}, again_ix "
                                 "from placed_prompt where again_ix is not null")
    for reader in readers:
        # An event delivered twice is one, whichever delivery counts.
        store.insert(f"{reader.table}_counted", f"""
            select account_ix, again_ix, {kind_column(reader.table)} as kind_ix,
                case when again_ix is null then count(*) else 1 end as n
            from placed_prompt group by 1, 2, 3
        """)


def _add_up(store: Store, table: str, events: FoldedEvents) -> None:
    """Make a reader's stage table from how often each account has which of its rows."""
    if not store.exists(f"{table}_kind"):
        return
    columns = [name for name in store.arrow(f"select * from {table}_kind limit 0").column_names
               if name != "kind_ix"]
    summed = ", ".join(f"sum(c.n * k.{name})::BIGINT as {name}" for name in columns)
    store.create(table, f"""
        select c.account_ix::BIGINT as account_ix, {summed}
        from {table}_counted as c inner join {table}_kind as k on c.kind_ix = k.kind_ix
        where c.again_ix is null
        group by c.account_ix
        union all by name
        select -1 - c.again_ix as account_ix, {', '.join(f'k.{name}' for name in columns)}
        from {table}_counted as c inner join {table}_kind as k on c.kind_ix = k.kind_ix
        where c.again_ix is not null
    """)
    for rows in events.sums(table):
        store.append(table, rows)
    store.drop(f"{table}_counted", f"{table}_kind")
    add_up(store, table)
