-- Purpose:    who sent prompts of which template; those are not in it that lone_value counts.
-- Grain:      (template_code, account_ix)
-- Inputs:     prompt (account_ix, occurred_at, prompt_code), prompt_summed (account_ix, prompt_code,
--             first_seen_at, last_seen_at, n_events), template (code, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

sent as (
    select
        account_ix, prompt_code, occurred_at as first_seen_at, occurred_at as last_seen_at,
        1 as n_events
    from prompt
    union all
    select account_ix, prompt_code, first_seen_at, last_seen_at, n_events
    from prompt_summed
)

select
    coalesce(t.template_code, p.prompt_code) as template_code, p.account_ix,
    min(p.first_seen_at) as first_seen_at, max(p.last_seen_at) as last_seen_at,
    cast(sum(p.n_events) as bigint) as n_events
from sent as p
left join template as t on p.prompt_code = t.code
where p.prompt_code is not null
group by coalesce(t.template_code, p.prompt_code), p.account_ix
