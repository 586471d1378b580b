-- Purpose:    every account as the investigators' graph shows it.
-- Grain:      account_ix
-- Inputs:     account
-- Parameters: none
-- Order:      by grain
select
    account_ix, account_id, created_at, status, plan, country, organization, pathway, n_events,
    first_event_at, last_event_at
from account
order by account_ix
