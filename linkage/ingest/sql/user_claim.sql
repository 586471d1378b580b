-- Purpose:    identifiers that users name, with their accounts.
-- Grain:      row of identifiers
-- Inputs:     read_identifier (account_id, kind, value, value_code, seen_at, n_events), account_key
-- Parameters: $as_of      instant after which nothing counts; null for none
-- Order:      none, the table is an intermediate one
with

spelling as (
    select distinct kind from read_identifier
),

named as (
    select
        kind as spelt_kind,
        trim(regexp_replace(lower(kind), '[^a-z0-9]+', '_', 'g'), '_') as kind
    from spelling
)

select
    k.account_ix, n.kind, i.value, i.value_code, i.seen_at, coalesce(i.n_events, 1) as n_events
from read_identifier as i
inner join account_key as k on i.account_id = k.account_id
inner join named as n on i.kind = n.spelt_kind
where
    i.fault is null and not k.is_left_out
    and (i.seen_at is null or $as_of is null or i.seen_at <= cast($as_of as timestamp))
