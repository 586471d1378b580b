-- Purpose:    who holds the values that more than one account holds.
-- Grain:      (value, account_ix)
-- Inputs:     claim, claimed_value
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select value from claimed_value where account_ix_min < account_ix_max
)

select
    c.value, c.account_ix, min(c.first_seen_at) as first_seen_at,
    max(c.last_seen_at) as last_seen_at, cast(sum(c.n_events) as bigint) as n_events
from claim as c
inner join shared as s on c.value = s.value
group by c.value, c.account_ix
