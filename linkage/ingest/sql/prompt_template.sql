-- Purpose:    who holds which of the prompt templates.
-- Grain:      (template, account)
-- Inputs:     prompt_held (template_code, account_ix, first_seen_at, last_seen_at, n_events)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, template_code as value, first_seen_at, last_seen_at, n_events
from prompt_held
