-- Purpose:    who sent prompts of which template.
-- Grain:      (template_code, account_ix)
-- Inputs:     prompt (account_ix, occurred_at, prompt_code), template (code, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    coalesce(t.template_code, p.prompt_code) as template_code, p.account_ix,
    min(p.occurred_at) as first_seen_at, max(p.occurred_at) as last_seen_at,
    count(*) as n_events
from prompt as p
left join template as t on p.prompt_code = t.code
where p.prompt_code is not null
group by coalesce(t.template_code, p.prompt_code), p.account_ix
