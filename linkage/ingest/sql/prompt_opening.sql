-- Purpose:    who holds which of the first words of prompts whose template is no other account's.
-- Grain:      event that has one
-- Inputs:     prompt_lone (account_ix, opening_code, occurred_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, opening_code as value, occurred_at as first_seen_at, occurred_at as last_seen_at,
    1 as n_events
from prompt_lone
where opening_code is not null
