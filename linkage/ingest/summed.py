"""What is known of events only as sums; nothing where every event is read."""

import pyarrow as pa

from linkage.store import Store

_SPAN = [
    ("first_seen_at", pa.timestamp("us")), ("last_seen_at", pa.timestamp("us")),
    ("n_events", pa.int64()),
]

SUMMED: dict[str, pa.Schema] = {
    "session_summed": pa.schema([
        ("account_ix", pa.int32()), ("session_code", pa.uint64()), *_SPAN]),
    "activity_summed": pa.schema([
        ("account_ix", pa.int32()), ("hour", pa.int32()), ("model_code", pa.uint64()),
        ("is_conversation", pa.bool_()), ("n_events", pa.int64())]),
    "prompt_summed": pa.schema([
        ("account_ix", pa.int32()), ("prompt_code", pa.int64()), ("opening_code", pa.int64()),
        ("closing_code", pa.int64()), ("shape_code", pa.int64()), ("system_code", pa.int64()),
        *_SPAN]),
    "prompt_instant": pa.schema([
        ("account_ix", pa.int32()), ("occurred_at", pa.timestamp("us")),
        ("prompt_code", pa.int64())]),
    "lone_value": pa.schema([
        ("kind", pa.string()), ("account_ix", pa.int32()), ("n_values", pa.int64())]),
}
"""Stage table to its columns: sessions, activity, prompts, when those were sent that are asked for,
and how many values of a kind each account holds which nobody else does and no claim tells."""


def make_summed(store: Store) -> None:
    """Make the tables, without rows."""
    for name, schema in SUMMED.items():
        store.put(name, schema.empty_table())
