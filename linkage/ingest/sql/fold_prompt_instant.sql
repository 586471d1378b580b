-- Purpose:    when the prompts were sent that a fold keeps in sums.
-- Grain:      event
-- Inputs:     fold_prompt_together (prompt_code, account_no, occurred_at), fold_instant
-- Parameters: none
-- Order:      by prompt, so that those of a few are read alone
with

every as (
    select prompt_code, account_no, occurred_at
    from fold_prompt_together
    union all
    select prompt_code, account_no, occurred_at
    from fold_instant
)

select prompt_code, account_no, occurred_at
from every
order by prompt_code, account_no, occurred_at
