-- Purpose:    events of each account, counted.
-- Grain:      account_ix
-- Inputs:     usage (account_ix, first_seen_at, last_seen_at, n_events)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, cast(sum(n_events) as bigint) as n_events,
    min(first_seen_at) as first_event_at, max(last_seen_at) as last_event_at
from usage
group by account_ix
