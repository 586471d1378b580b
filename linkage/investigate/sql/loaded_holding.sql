-- Purpose:    who of the loaded accounts holds which loaded identifier, with what it is worth.
-- Grain:      (account_ix, identifier_ix)
-- Inputs:     holding_row, evidence_row, loaded_account, loaded_identifier, loaded_member,
--             loaded_star
-- Parameters: none
-- Order:      by grain
with

worth as (
    select m.account_ix, e.kind, e.identifier_id, e.bits, e.first_seen_at, e.last_seen_at
    from evidence_row as e
    inner join loaded_member as m on e.ring_id = m.ring_id and e.account_id = m.account_id
    where e.identifier_id <> ''
),

held as (
    select
        h.account_ix, h.identifier_ix, i.identifier_id, h.first_seen_at, h.last_seen_at,
        h.n_events
    from holding_row as h
    inner join loaded_account as a on h.account_ix = a.account_ix
    inner join loaded_identifier as i on h.identifier_ix = i.identifier_ix
),

stars as (
    select
        w.account_ix, s.identifier_ix, w.first_seen_at, w.last_seen_at,
        cast(null as bigint) as n_events, w.bits
    from worth as w
    inner join loaded_star as s on w.kind = s.kind and w.identifier_id = s.identifier_id
),

joined as (
    select
        h.account_ix, h.identifier_ix, h.first_seen_at, h.last_seen_at, h.n_events, w.bits
    from held as h
    left join worth as w on h.account_ix = w.account_ix and h.identifier_id = w.identifier_id
    union all
    select account_ix, identifier_ix, first_seen_at, last_seen_at, n_events, bits from stars
)

select account_ix, identifier_ix, first_seen_at, last_seen_at, n_events, bits
from joined
order by account_ix, identifier_ix
