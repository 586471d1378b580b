-- Purpose:    what people decided of accounts and rings.
-- Grain:      row of decisions
-- Inputs:     raw_decisions, account_key
-- Parameters: $as_of      instant after which nothing counts; null for none
-- Order:      by instant, then every column
select
    k.account_ix, trim(d.ring_id) as ring_id, lower(trim(d.decision)) as decision, d.decided_at,
    d.decided_by, d.note
from raw_decisions as d
left join account_key as k on d.account_id = k.account_id
where
    d.fault is null and (k.account_ix is not null or d.ring_id is not null)
    and (d.decided_at is null or $as_of is null or d.decided_at <= cast($as_of as timestamp))
order by decided_at, account_ix, ring_id, decision, decided_by, note
