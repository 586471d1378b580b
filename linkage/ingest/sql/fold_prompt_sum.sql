-- Purpose:    prompts of a fold in sums.
-- Grain:      (account_no, prompt_code, opening_code, closing_code, shape_code, system_code)
-- Inputs:     fold_prompt_together (account_no, occurred_at and the codes), fold_prompt_summed
-- Parameters: none
-- Order:      by grain, the prompt first
with

every as (
    select
        account_no, prompt_code, opening_code, closing_code, shape_code,
        null::BIGINT as system_code, occurred_at as first_seen_at, occurred_at as last_seen_at,
        1 as n_events
    from fold_prompt_together
    union all
    select
        account_no, prompt_code, opening_code, closing_code, shape_code, system_code,
        first_seen_at, last_seen_at, n_events
    from fold_prompt_summed
)

select
    account_no, prompt_code, opening_code, closing_code, shape_code, system_code,
    min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,
    cast(sum(n_events) as bigint) as n_events
from every
group by account_no, prompt_code, opening_code, closing_code, shape_code, system_code
order by prompt_code, account_no, opening_code, closing_code, shape_code, system_code
