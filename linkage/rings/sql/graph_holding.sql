-- Purpose:    who holds which shared value, from when to when.
-- Grain:      (account_ix, identifier_ix)
-- Inputs:     holding
-- Parameters: none
-- Order:      by grain
select
    account_ix, identifier_ix, date_trunc('second', first_seen_at) as first_seen_at,
    date_trunc('second', last_seen_at) as last_seen_at, n_events
from holding
order by account_ix, identifier_ix
