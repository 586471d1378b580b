-- Purpose:    how many members of each ring hold any identifier of a kind, and how many.
-- Grain:      (ring, kind)
-- Inputs:     member (ring, account_ix), account_kind
-- Order:      by grain
with

counted as (
    select
        m.ring, k.kind, count(*) as n_holders,
        cast(sum(k.n_identifiers) as bigint) as n_identifiers
    from member m
    join account_kind k on k.account_ix = m.account_ix
    group by m.ring, k.kind
)

select * from counted
order by ring, kind
