-- Purpose:    identifiers that two or more members of a ring hold.
-- Grain:      (ring, identifier_ix)
-- Inputs:     member (ring, account_ix), holding, identifier
-- Order:      by grain
with

counted as (
    select m.ring, h.identifier_ix, count(*) as n_in_ring
    from member m
    join holding h on h.account_ix = m.account_ix
    group by m.ring, h.identifier_ix
    having count(*) >= 2
),

named as (
    select
        c.ring, c.identifier_ix, c.n_in_ring, i.n_accounts as n_total, i.kind,
        i.network_kind,
        i.is_placeholder or i.hub_category is not null as is_public
    from counted c
    join identifier i on i.identifier_ix = c.identifier_ix
)

select * from named
order by ring, identifier_ix
