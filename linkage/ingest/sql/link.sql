-- Purpose:    direct relations of two accounts.
-- Grain:      (account_ix_l, account_ix_r, kind)
-- Inputs:     raw_links, account_key
-- Parameters: $as_of      instant after which nothing counts; null for none
-- Order:      by grain
with

keyed as (
    select
        least(l.account_ix, r.account_ix) as account_ix_l,
        greatest(l.account_ix, r.account_ix) as account_ix_r,
        trim(regexp_replace(lower(k.kind), '[^a-z0-9]+', '_', 'g'), '_') as kind,
        coalesce(k.n_events, 1) as n_events, k.seen_at
    from raw_links as k
    inner join account_key as l on k.account_id_l = l.account_id
    inner join account_key as r on k.account_id_r = r.account_id
    where
        k.fault is null and not l.is_left_out and not r.is_left_out
        and (k.seen_at is null or $as_of is null or k.seen_at <= cast($as_of as timestamp))
)

select
    account_ix_l, account_ix_r, kind, cast(sum(n_events) as bigint) as n_events,
    min(seen_at) as first_seen_at, max(seen_at) as last_seen_at
from keyed
where account_ix_l < account_ix_r
group by account_ix_l, account_ix_r, kind
order by account_ix_l, account_ix_r, kind
