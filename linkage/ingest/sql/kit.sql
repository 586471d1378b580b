-- Purpose:    who comes with which kit, of software, network and card issuer.
-- Grain:      (account_ix, value)
-- Inputs:     kit (account_ix, value), account_row (account_ix, created_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    k.account_ix, k.value, r.created_at as first_seen_at, r.created_at as last_seen_at,
    1 as n_events
from kit as k
inner join account_row as r on k.account_ix = r.account_ix
