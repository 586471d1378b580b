-- Purpose:    who holds which of the templates of system prompts.
-- Grain:      event that has one, or sum of such
-- Inputs:     prompt (account_ix, system_code, occurred_at), prompt_summed (account_ix, system_code,
--             first_seen_at, last_seen_at, n_events), template (code, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

sent as (
    select
        account_ix, system_code, occurred_at as first_seen_at, occurred_at as last_seen_at,
        1 as n_events
    from prompt
    where system_code is not null
    union all
    select account_ix, system_code, first_seen_at, last_seen_at, n_events
    from prompt_summed
    where system_code is not null
)

select
    p.account_ix, coalesce(t.template_code, p.system_code) as value, p.first_seen_at,
    p.last_seen_at, p.n_events
from sent as p
left join template as t on p.system_code = t.code
