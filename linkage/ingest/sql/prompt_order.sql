-- Purpose:    who went from which shared template straight to which other: the order of a work list.
-- Grain:      step from one template to another
-- Inputs:     prompt_timed (account_ix, occurred_at, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

in_order as (
    select
        account_ix, occurred_at, template_code,
        lag(template_code) over (
            partition by account_ix order by occurred_at, template_code
        ) as before_code
    from prompt_timed
)

select
    account_ix,
    cast(before_code as varchar) || '>' || cast(template_code as varchar) as value,
    occurred_at as first_seen_at, occurred_at as last_seen_at, 1 as n_events
from in_order
where before_code <> template_code
