-- Purpose:    prompts of events that are delivered more than once, each as one; of deliveries that
--             differ, the least.
-- Grain:      event
-- Inputs:     prompt_again (again_ix and the columns of prompt)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

ranked as (
    select
        account_ix, occurred_at, prompt_code, opening_code, closing_code, shape_code, system_code,
        row_number() over (
            partition by again_ix
            order by account_ix, occurred_at, prompt_code, opening_code, closing_code, shape_code,
                system_code
        ) as turn
    from prompt_again
)

select
    account_ix, occurred_at, prompt_code, opening_code, closing_code, shape_code, system_code
from ranked
where turn = 1
