-- Purpose:    prompts whose number no other event of a fold has, and that have nothing else.
-- Grain:      prompt_code
-- Inputs:     fold_prompt, fold_prompt_shared (prompt_code)
-- Parameters: none
-- Order:      by grain
select p.prompt_code, p.account_no, p.occurred_at
from fold_prompt as p
anti join fold_prompt_shared as s on p.prompt_code = s.prompt_code
order by p.prompt_code
