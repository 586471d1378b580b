-- Purpose:    who holds which of the prompt templates that at least ten accounts share: what fewer
--             share may be a text that one copied from another, see prompt_copy.
-- Grain:      (template, account)
-- Inputs:     prompt_held (template_code, account_ix, first_seen_at, last_seen_at, n_events),
--             template_shared (template_code, n_accounts)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select template_code
    from template_shared
    where n_accounts >= 10
)

select h.account_ix, h.template_code as value, h.first_seen_at, h.last_seen_at, h.n_events
from prompt_held as h
inner join shared as s on h.template_code = s.template_code
