-- Purpose:    prompts of a template that no other account holds: their form may still be shared.
-- Grain:      prompt that has an opening, a closing or a shape, or sum of such
-- Inputs:     prompt, prompt_summed, template (code, template_code), template_shared (template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

formed as (
    select
        account_ix, prompt_code, opening_code, closing_code, shape_code,
        occurred_at as first_seen_at, occurred_at as last_seen_at, 1 as n_events
    from prompt
    where opening_code is not null or shape_code is not null
    union all
    select
        account_ix, prompt_code, opening_code, closing_code, shape_code, first_seen_at,
        last_seen_at, n_events
    from prompt_summed
    where opening_code is not null or shape_code is not null
)

select
    p.account_ix, p.first_seen_at, p.last_seen_at, p.n_events, p.opening_code, p.closing_code,
    p.shape_code
from formed as p
left join template as t on p.prompt_code = t.code
anti join template_shared as s on coalesce(t.template_code, p.prompt_code) = s.template_code
