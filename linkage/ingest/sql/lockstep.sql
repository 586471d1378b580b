-- Purpose:    who was born with, and moved about as much as, the account at the peak of a crowd.
-- Grain:      account; value is the account_id at the peak
-- Inputs:     crowd (account_ix, peak_id), account_row (account_ix, created_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    c.account_ix, c.peak_id as value, r.created_at as first_seen_at, r.created_at as last_seen_at,
    1 as n_events
from crowd as c
inner join account_row as r on c.account_ix = r.account_ix
