-- Purpose:    the other prompts of a fold.
-- Grain:      event
-- Inputs:     fold_prompt, fold_prompt_shared (prompt_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select p.*
from fold_prompt as p
inner join fold_prompt_shared as s on p.prompt_code = s.prompt_code
