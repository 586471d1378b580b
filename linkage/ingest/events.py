"""Events: read once into numbers, so that what follows never touches text again."""

from linkage.ingest.quarantine import Quarantine
from linkage.ingest.reading import TableReader
from linkage.ingest.row_source import NO_LINES, RowSource
from linkage.ingest.rows import BAD_IP, UNKNOWN
from linkage.queries import query
from linkage.store import Store

CODES = {
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

ACCOUNT_CODE = "select hash(account_id) as account_code, account_ix, is_left_out from account_key"
"""SELECT of every known account by the number that events have."""


def drop_repeated(store: Store) -> int:
    """Let every event count once that several files bring, and return how many did not.

    The same event is the one of the same ``event_id``; without one, the same values. Needs
    ``event_again``.
    """
    if not store.count("event_again"):
        return 0
    n_before = store.count("event")
    store.materialise(query("ingest", "event_once"))
    store.drop("event")
    store.create("event", "select * from event_once")
    store.drop("event_once")
    return n_before - store.count("event")


def close_events(
    store: Store, source: RowSource, quarantine: Quarantine, *, n_rows: int, as_of: str | None
) -> None:
    """Send bad events to quarantine, once ``connection`` is there.

    Raises
    ------
    QualityGateError
        If too many are bad.
    """
    if not source.n_files("events"):
        return
    bad = store.arrow("select distinct bad_file_ix from connection where bad_file_ix is not null "
                      "order by bad_file_ix")
    store.put("fault_event", NO_LINES)
    for file_ix in bad.column("bad_file_ix").to_pylist():
        # Only files with bad rows are looked at again, to learn which rows they are.
        source.locate(file_ix, as_of=as_of)
    quarantine.close_table(
        store, source.origin("events"), n_rows=n_rows, faults="select * from fault_event"
    )
    store.drop("fault_event")


def coded(reader: TableReader, *, with_code: bool) -> str:
    """Return the SELECT of events with a number beside each value.

    Parameters
    ----------
    with_code
        Give each event a number, too, by which it is told again.
    """
    # A column that nobody brings is a narrow null: eight bytes of nothing in each of 26
    # million rows made the table spill. Addresses that users name have the full width.
    numbers = ", ".join(
        f"{coded_text(column) if reader.has(column) else _nothing(column)} as {code}"
        for column, code in CODES.items()
    )
    return (
        "select file_ix, hash(account_id) as account_code, occurred_at, "
        f"{', '.join(CODES)}, {numbers}, {is_conversation(reader)} as is_conversation, "
        f"{EVENT_CODE if with_code else 'null::TINYINT'} as event_code "
        f"from ({reader.select(numbered=False)}) as r where {reader.every_column}"
    )


def until(as_of: str | None) -> str:
    """Return the condition of what had happened by an instant, as the engine reads it."""
    return "true" if as_of is None else (
        f"(occurred_at is null or occurred_at <= timestamp '{as_of}')")


def _nothing(column: str) -> str:
    """Return the expression of a number that no event has."""
    return "null::UBIGINT" if column == "ip" else "null::TINYINT"


def is_conversation(reader: TableReader) -> str:
    """Return the expression that tells conversations; events of no type are such."""
    if not reader.has("event_type"):
        return "true"
    return "coalesce(lower(nullif(event_type, '')) = 'conversation', true)"


def coded_text(column: str) -> str:
    """Return the expression of a text's number; null for null and for empty text."""
    # Dictionaries of Parquet are hashed once an entry; a CASE over texts reads every row.
    return f"nullif(nullif(hash({column}), hash('')), hash(null::VARCHAR))"


def located(source: str) -> str:
    """Return the SELECT of the bad events of one file, with their row numbers.

    Parameters
    ----------
    source
        Table or SELECT in brackets of file_ix, row_no, occurred_at, fault, account_code and
        ip_code.
    """
    return f"""
        select file_ix, row_no, fault from (
            select
                r.file_ix, r.row_no, r.occurred_at,
                case
                    when r.fault is not null then r.fault
                    when k.account_code is null then '{UNKNOWN}:account_id'
                    when a.ip_code is not null then '{BAD_IP}:ip'
                end as fault
            from {source} as r
            left join ({ACCOUNT_CODE}) as k on r.account_code = k.account_code
            left join malformed_address as a on r.ip_code = a.ip_code
        )
        where fault is not null
            and (occurred_at is null or $as_of is null or occurred_at <= cast($as_of as timestamp))
    """
