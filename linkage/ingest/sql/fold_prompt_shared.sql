-- Purpose:    numbers of prompts that a fold keeps in sums: of several events, or of prompts that have
--             a form besides.
-- Grain:      prompt_code
-- Inputs:     fold_prompt (prompt_code and the other codes), fold_prompt_summed (prompt_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select prompt_code
from fold_prompt
group by prompt_code
having count(*) > 1
    or count(opening_code) + count(closing_code) + count(shape_code) > 0
union
select prompt_code
from fold_prompt_summed
where prompt_code is not null
