-- Purpose:    who holds which of the login sessions.
-- Grain:      event that has one, or sum of such
-- Inputs:     event (account_ix, session_code, occurred_at), session_summed
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, session_code as value, occurred_at as first_seen_at, occurred_at as last_seen_at, 1 as n_events
from event
where account_ix is not null and session_code is not null
union all
select account_ix, session_code as value, first_seen_at, last_seen_at, n_events
from session_summed
