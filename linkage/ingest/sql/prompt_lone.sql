-- Purpose:    prompts of a template that no other account holds: their form may still be shared.
-- Grain:      prompt that has an opening, a closing or a shape
-- Inputs:     prompt, template (code, template_code), template_shared (template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select p.account_ix, p.occurred_at, p.opening_code, p.closing_code, p.shape_code
from prompt as p
left join template as t on p.prompt_code = t.code
anti join template_shared as s on coalesce(t.template_code, p.prompt_code) = s.template_code
where p.opening_code is not null or p.shape_code is not null
