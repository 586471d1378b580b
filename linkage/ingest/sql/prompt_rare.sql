-- Purpose:    numbers of summed prompts whose template several accounts share, and not too many.
-- Grain:      prompt_code
-- Inputs:     prompt_summed (prompt_code), template (code, template_code), template_shared (template_code, n_accounts)
-- Parameters: none
-- Order:      by grain
select distinct p.prompt_code
from prompt_summed as p
left join template as t on p.prompt_code = t.code
inner join template_shared as s on coalesce(t.template_code, p.prompt_code) = s.template_code
where s.n_accounts <= 2000
order by p.prompt_code
