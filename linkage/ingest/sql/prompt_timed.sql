-- Purpose:    events of templates that a few accounts share.
-- Grain:      event
-- Inputs:     prompt, prompt_instant (account_ix, occurred_at, prompt_code), template (code, template_code), template_shared (template_code, n_accounts)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

rare as (
    select template_code
    from template_shared
    where n_accounts <= 2000
),

sent as (
    select account_ix, occurred_at, prompt_code
    from prompt
    union all
    select account_ix, occurred_at, prompt_code
    from prompt_instant
)

select p.account_ix, p.occurred_at, r.template_code
from sent as p
left join template as t on p.prompt_code = t.code
inner join rare as r on coalesce(t.template_code, p.prompt_code) = r.template_code
