-- Purpose:    skeletons that no event has which counts tonight.
-- Grain:      skeleton
-- Inputs:     left_out_code (code), prompt (prompt_code, system_code), prompt_again, prompt_summed
-- Parameters: none
-- Order:      by grain, so that two nights keep the same
with

counting as (
    select prompt_code as code from prompt
    union all
    select system_code as code from prompt
    union all
    select prompt_code as code from prompt_again
    union all
    select system_code as code from prompt_again
    union all
    select prompt_code as code from prompt_summed
    union all
    select system_code as code from prompt_summed
)

select distinct l.code
from left_out_code as l
anti join counting as c on l.code = c.code
order by l.code
