-- Purpose:    who holds which of the prompt templates.
-- Grain:      event that has one
-- Inputs:     event (account_ix, prompt_code, occurred_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, prompt_code as value, occurred_at as first_seen_at, occurred_at as last_seen_at, 1 as n_events
from event
where account_ix is not null and prompt_code is not null
