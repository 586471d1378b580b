"""Events: read once into numbers, so that what follows never touches text again."""

import pyarrow as pa

from linkage.ingest.quarantine import Quarantine
from linkage.ingest.reading import TableReader, rejects_name
from linkage.ingest.rows import BAD_IP, UNKNOWN, reading
from linkage.queries import query
from linkage.store import Store

_CODES = {
    "ip": "ip_code", "device_id": "device_code", "user_agent": "user_agent_code",
    "tls_fingerprint": "tls_code", "session_id": "session_code", "model": "model_code",
}
"""Column to its number: the engine's 64-bit hash. Two of 20 million values have equal
numbers with a chance of one in 90,000."""

EVENT_CODE = (
    "case when event_id <> '' then hash('event_id', event_id) else hash(account_id, occurred_at, "
    "event_type, ip, device_id, user_agent, tls_fingerprint, session_id, model, prompt, "
    "system_prompt, input_tokens, output_tokens) end"
)
"""What tells an event again that is delivered twice."""


def read_events(
    store: Store, reader: TableReader, *, as_of: str | None, overlapping: bool = False
) -> None:
    """Make the table ``event`` of numbers, in one pass over the files.

    Parameters
    ----------
    overlapping
        Give each event a number, by which :func:`drop_repeated` tells it again.

    Raises
    ------
    InputError
        If a file turns out to be unreadable.
    """
    select = _coded(reader, EVENT_CODE if overlapping else "null::TINYINT")
    if _is_columnar(reader):
        # Parquet gives one column at a time, so looking texts up again later is cheap.
        store.view("read_event", select)
    else:
        reading(store, reader, lambda: store.create("read_event", select))
    store.create("account_code", "select hash(account_id) as account_code, account_ix, "
                                 "is_left_out from account_key")
    reading(store, reader, lambda: store.materialise(query("ingest", "event"), {"as_of": as_of}))
    store.drop("account_code")


def drop_repeated(store: Store) -> int:
    """Let every event count once that several files bring, and return how many did not.

    The same event is the one of the same ``event_id``; without one, the same values.
    """
    n_before = store.count("event")
    store.materialise(query("ingest", "event_once"))
    store.drop("event")
    store.create("event", "select * from event_once")
    store.drop("event_once")
    return n_before - store.count("event")


def close_events(
    store: Store, reader: TableReader, quarantine: Quarantine, *, as_of: str | None
) -> None:
    """Send bad events to quarantine, once ``address`` is known.

    Raises
    ------
    QualityGateError
        If too many are bad.
    """
    if not reader.parts:
        return
    if store.scalar("select count(*) from address where version is null"):
        store.materialise(query("ingest", "event_well_formed"))
        store.drop("event")
        store.create("event", "select * from event_well_formed")
        store.drop("event_well_formed")
    bad = store.arrow("select distinct file_ix from event where is_bad order by file_ix")
    store.put("fault_event", pa.table({
        "file_ix": pa.array([], pa.int32()), "row_no": pa.array([], pa.int64()),
        "fault": pa.array([], pa.string()),
    }))
    for file_ix in bad.column("file_ix").to_pylist():
        # Only files with bad rows are read again, to learn which rows they are.
        one = reader.of_file(file_ix)
        store.extend("fault_event", _located(one), {"as_of": as_of})
        if one.parts[0].first_ix not in {part.first_ix for part in reader.parts}:
            name = rejects_name("events", one.parts[0])
            store.drop(name, f"{name}_scan")
    quarantine.close_table(
        store, reader, n_rows=store.count("event"), faults="select * from fault_event"
    )
    store.drop("fault_event")


def drop_event_source(store: Store, reader: TableReader) -> None:
    """Forget the texts of events."""
    if _is_columnar(reader):
        store.drop_view("read_event")
    else:
        store.drop("read_event")


def _is_columnar(reader: TableReader) -> bool:
    """Tell whether every file gives one column at a time."""
    return all(part.format == "parquet" for part in reader.parts)


def _coded(reader: TableReader, event_code: str) -> str:
    """Return the SELECT of events with a number beside each value, and one for the event."""
    # A column that nobody brings is a narrow null: eight bytes of nothing in each of 26
    # million rows made the table spill.
    numbers = ", ".join(
        f"{_coded_text(column) if reader.has(column) else 'null::TINYINT'} as {code}"
        for column, code in _CODES.items()
    )
    return (
        "select file_ix, hash(account_id) as account_code, occurred_at, "
        f"{', '.join(_CODES)}, {numbers}, {_is_conversation(reader)} as is_conversation, "
        f"{event_code} as event_code "
        f"from ({reader.select(numbered=False)}) as r where {_every_column(reader)}"
    )


def _is_conversation(reader: TableReader) -> str:
    """Return the expression that tells conversations; events of no type are such."""
    if not reader.has("event_type"):
        return "true"
    return "coalesce(lower(nullif(event_type, '')) = 'conversation', true)"


def _coded_text(column: str) -> str:
    """Return the expression of a text's number; null for null and for empty text."""
    # Dictionaries of Parquet are hashed once an entry; a CASE over texts reads every row.
    return f"nullif(nullif(hash({column}), hash('')), hash(null::VARCHAR))"


def _every_column(reader: TableReader) -> str:
    """Return a condition that always holds and, for text files, needs every column.

    The engine checks the encoding only of columns it needs. Without this, a second reading
    would refuse other lines than the first, and count rows differently.
    """
    return "true" if _is_columnar(reader) else "hash(r) is not null"


def _located(reader: TableReader) -> str:
    """Return the SELECT of the bad events of one file, with their row numbers."""
    return f"""
        select file_ix, row_no, fault from (
            select
                r.file_ix, r.row_no, r.occurred_at,
                case
                    when r.fault is not null then r.fault
                    when k.account_id is null then '{UNKNOWN}:account_id'
                    when a.ip_code is not null then '{BAD_IP}:ip'
                end as fault
            from ({reader.select()}) as r
            left join account_key as k on r.account_id = k.account_id
            left join (select ip_code from address where version is null) as a
                on hash(r.ip) = a.ip_code
            where {_every_column(reader)}
        )
        where fault is not null
            and (occurred_at is null or $as_of is null or occurred_at <= cast($as_of as timestamp))
    """
