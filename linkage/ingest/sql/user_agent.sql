-- Purpose:    who holds which of the user agents.
-- Grain:      usage that has one
-- Inputs:     usage (account_ix, user_agent_code, first_seen_at, last_seen_at, n_events)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, user_agent_code as value, first_seen_at, last_seen_at, n_events
from usage
where user_agent_code is not null
