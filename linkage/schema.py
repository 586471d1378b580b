"""Columns of every table that crosses a border: inputs, stage tables and outputs."""

from dataclasses import dataclass

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class InputTable:
    """One table a provider may bring."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """(column, DuckDB type) in order; ``instant`` stands for TIMESTAMPTZ in any spelling."""
    required: tuple[str, ...]
    """Columns that must be there and, in each row, not null."""


INPUT_TABLES: tuple[InputTable, ...] = (
    InputTable("accounts", (
        ("account_id", "VARCHAR"), ("created_at", "instant"), ("email", "VARCHAR"),
        ("phone", "VARCHAR"), ("plan", "VARCHAR"), ("status", "VARCHAR"),
        ("country", "VARCHAR"), ("organization", "VARCHAR"), ("pathway", "VARCHAR"),
        ("is_test", "BOOLEAN"), ("total_volume_usd", "DOUBLE"),
    ), ("account_id",)),
    InputTable("events", (
        ("account_id", "VARCHAR"), ("occurred_at", "instant"), ("event_type", "VARCHAR"),
        ("ip", "VARCHAR"), ("device_id", "VARCHAR"), ("user_agent", "VARCHAR"),
        ("tls_fingerprint", "VARCHAR"), ("session_id", "VARCHAR"), ("model", "VARCHAR"),
        ("prompt", "VARCHAR"), ("system_prompt", "VARCHAR"), ("input_tokens", "BIGINT"),
        ("output_tokens", "BIGINT"), ("event_id", "VARCHAR"),
    ), ("account_id", "occurred_at")),
    InputTable("payments", (
        ("account_id", "VARCHAR"), ("paid_at", "instant"), ("instrument_id", "VARCHAR"),
        ("bin", "VARCHAR"), ("billing_country", "VARCHAR"), ("amount_usd", "DOUBLE"),
        ("payment_id", "VARCHAR"),
    ), ("account_id",)),
    InputTable("identifiers", (
        ("account_id", "VARCHAR"), ("kind", "VARCHAR"), ("value", "VARCHAR"),
        ("seen_at", "instant"), ("n_events", "BIGINT"),
    ), ("account_id", "kind", "value")),
    InputTable("links", (
        ("account_id_l", "VARCHAR"), ("account_id_r", "VARCHAR"), ("kind", "VARCHAR"),
        ("seen_at", "instant"), ("n_events", "BIGINT"),
    ), ("account_id_l", "account_id_r", "kind")),
    InputTable("networks", (
        ("cidr", "VARCHAR"), ("kind", "VARCHAR"), ("asn", "VARCHAR"), ("name", "VARCHAR"),
    ), ("cidr", "kind")),
    InputTable("hubs", (
        ("kind", "VARCHAR"), ("value", "VARCHAR"), ("category", "VARCHAR"),
    ), ("value",)),
    InputTable("decisions", (
        ("account_id", "VARCHAR"), ("ring_id", "VARCHAR"), ("decision", "VARCHAR"),
        ("decided_at", "instant"), ("decided_by", "VARCHAR"), ("note", "VARCHAR"),
    ), ("decision",)),
    InputTable("groups", (
        ("group_id", "VARCHAR"), ("account_id", "VARCHAR"),
    ), ("group_id", "account_id")),
)
"""The contract's inputs. Unknown columns are ignored; absent ones read as null."""

TIERS = ("enforce", "review", "watch", "benign")
"""Tiers of a ring, strongest first."""

RINGS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("n_accounts", pa.int64(), nullable=False),
    pa.field("score", pa.float64(), nullable=False),
    pa.field("tier", pa.string(), nullable=False),
    pa.field("tier_reason", pa.string(), nullable=False),
    pa.field("n_events", pa.int64(), nullable=False),
    pa.field("first_event_at", INSTANT),
    pa.field("last_event_at", INSTANT),
    pa.field("first_created_at", INSTANT),
    pa.field("last_created_at", INSTANT),
    pa.field("capability_profile", pa.string()),
    pa.field("lineage", pa.string(), nullable=False),
    pa.field("families", pa.list_(pa.string()), nullable=False),
    pa.field("n_core", pa.int64(), nullable=False),
    pa.field("looks_like", pa.string()),
])
"""rings.parquet: one row per ring, by falling score, then ring_id."""

GROUPS = pa.schema([
    pa.field("group_id", pa.string(), nullable=False),
    pa.field("n_accounts", pa.int64(), nullable=False),
    pa.field("score", pa.float64(), nullable=False),
    pa.field("tier", pa.string(), nullable=False),
    pa.field("tier_reason", pa.string(), nullable=False),
    pa.field("families", pa.list_(pa.string()), nullable=False),
])
"""groups.parquet: one row per reported group, by falling score, then name. The score takes the
reporter's word that the accounts belong together, the tier does not."""

MEMBERS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("account_id", pa.string(), nullable=False),
    pa.field("confidence", pa.float64(), nullable=False),
    pa.field("tier", pa.string(), nullable=False),
    pa.field("role", pa.string(), nullable=False),
    pa.field("reason_codes", pa.list_(pa.string()), nullable=False),
    pa.field("evidence_bits", pa.float64(), nullable=False),
    pa.field("first_event_at", INSTANT),
    pa.field("last_event_at", INSTANT),
    pa.field("status", pa.string()),
    pa.field("stability", pa.float64()),
])
"""members.parquet: one row per ring and account, by ring_id, then account_id."""

CAPABILITIES = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("account_id", pa.string(), nullable=False),
    pa.field("capability", pa.string(), nullable=False),
    pa.field("n_prompts", pa.int64(), nullable=False),
    pa.field("share", pa.float64(), nullable=False),
])
"""capabilities.parquet: what each member of a ring asks for; shares add up to 1 an account."""

TIMELINE = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("day", pa.date32(), nullable=False),
    pa.field("n_conversations", pa.int64(), nullable=False),
    pa.field("n_active", pa.int64(), nullable=False),
    pa.field("n_born", pa.int64(), nullable=False),
    pa.field("is_burst", pa.bool_(), nullable=False),
])
"""timeline.parquet: one row per ring and day (UTC) with a conversation or a birth."""

PIVOTS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("model", pa.string(), nullable=False),
    pa.field("appeared_on", pa.date32(), nullable=False),
    pa.field("adopted_on", pa.date32(), nullable=False),
    pa.field("n_conversations", pa.int64(), nullable=False),
    pa.field("share", pa.float64(), nullable=False),
    pa.field("population_share", pa.float64(), nullable=False),
])
"""pivots.parquet: rings that moved to a new model, with the shares of their first week on it."""

EVIDENCE = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("account_id", pa.string(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),
    pa.field("identifier_id", pa.string(), nullable=False),
    pa.field("label", pa.string()),
    pa.field("bits", pa.float64(), nullable=False),
    pa.field("n_accounts_total", pa.int64(), nullable=False),
    pa.field("n_accounts_in_ring", pa.int64(), nullable=False),
    pa.field("first_seen_at", INSTANT),
    pa.field("last_seen_at", INSTANT),
    pa.field("creates", pa.bool_()),
])
"""evidence.parquet: one row per ring, account and identifier; bits add up per account."""

GRAPH_ACCOUNTS = pa.schema([
    pa.field("account_ix", pa.int32(), nullable=False),
    pa.field("account_id", pa.string(), nullable=False),
    pa.field("created_at", INSTANT),
    pa.field("status", pa.string()),
    pa.field("plan", pa.string()),
    pa.field("country", pa.string()),
    pa.field("organization", pa.string()),
    pa.field("pathway", pa.string()),
    pa.field("n_events", pa.int64(), nullable=False),
    pa.field("first_event_at", INSTANT),
    pa.field("last_event_at", INSTANT),
])
"""graph/accounts.parquet: one row per account; ``account_ix`` counts up from 0."""

GRAPH_IDENTIFIERS = pa.schema([
    pa.field("identifier_ix", pa.int32(), nullable=False),
    pa.field("identifier_id", pa.string(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),
    pa.field("label", pa.string()),
    pa.field("n_accounts", pa.int64(), nullable=False),
    pa.field("is_hub", pa.bool_(), nullable=False),
])
"""graph/identifiers.parquet: one row per value that accounts share, numbered from 0."""

GRAPH_HOLDINGS = pa.schema([
    pa.field("account_ix", pa.int32(), nullable=False),
    pa.field("identifier_ix", pa.int32(), nullable=False),
    pa.field("first_seen_at", INSTANT),
    pa.field("last_seen_at", INSTANT),
    pa.field("n_events", pa.int64()),
])
"""graph/holdings.parquet: who holds what, by account, then identifier; to the second."""

GRAPH_LINKS = pa.schema([
    pa.field("account_ix_l", pa.int32(), nullable=False),
    pa.field("account_ix_r", pa.int32(), nullable=False),
    pa.field("bits", pa.float64(), nullable=False),
    pa.field("kinds", pa.list_(pa.string()), nullable=False),
])
"""graph/links.parquet: pairs whose evidence holds, thinned to the strongest of each account
and a spanning forest; ``account_ix_l < account_ix_r``; by pair."""

GRAPH_RELATIONS = pa.schema([
    pa.field("account_ix_l", pa.int32(), nullable=False),
    pa.field("account_ix_r", pa.int32(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),
    pa.field("first_seen_at", INSTANT),
    pa.field("last_seen_at", INSTANT),
])
"""graph/relations.parquet: direct relations, as the links table has them; ``account_ix_l <
account_ix_r``; by pair, then kind; to the second."""

LINEAGE = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("relation", pa.string(), nullable=False),
    pa.field("other_ring_id", pa.string()),
    pa.field("overlap", pa.float64(), nullable=False),
    pa.field("n_accounts_before", pa.int64(), nullable=False),
    pa.field("n_accounts", pa.int64(), nullable=False),
    pa.field("n_joined", pa.int64(), nullable=False),
    pa.field("n_left", pa.int64(), nullable=False),
])
"""lineage.parquet: one row per relation of a ring with one of the last night, by ring_id:
``CONTINUES`` (itself), ``MERGED_INTO``, ``SPLIT_FROM``, ``RESPAWNED_FROM``, or ``LOST`` (with
none). Overlap is the share in common, in [0, 1]; numbers of accounts are those of ring_id."""
MEASURES = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("measure", pa.string(), nullable=False),
    pa.field("value", pa.float64(), nullable=False),
])
"""measures.parquet: one row per ring and measure, what the judge saw; by grain."""

RHYTHM = pa.schema([
    pa.field("ring_id", pa.string()),
    pa.field("weekday", pa.int8(), nullable=False),
    pa.field("hour", pa.int8(), nullable=False),
    pa.field("n_events", pa.int64(), nullable=False),
])
"""rhythm.parquet: one row per ring, weekday (0 = Monday) and hour of the day (UTC) with
events; the rows without a ring are those of all accounts together; by grain, these first."""
