-- Purpose:    who holds which of the templates of system prompts.
-- Grain:      event that has one
-- Inputs:     prompt (account_ix, system_code, occurred_at), template (code, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    p.account_ix, coalesce(t.template_code, p.system_code) as value,
    p.occurred_at as first_seen_at, p.occurred_at as last_seen_at, 1 as n_events
from prompt as p
left join template as t on p.system_code = t.code
where p.system_code is not null
