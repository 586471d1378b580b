-- Purpose:    system prompts of a fold in sums.
-- Grain:      (account_no, system_code)
-- Inputs:     fold_row (account_no, occurred_at, system_code, is_plain, has_prompt)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_no, null::BIGINT as prompt_code, null::BIGINT as opening_code,
    null::BIGINT as closing_code, null::BIGINT as shape_code, system_code,
    min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at, count(*) as n_events
from fold_row
where is_plain and has_prompt and system_code is not null
group by account_no, system_code
