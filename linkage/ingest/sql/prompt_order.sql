-- Purpose:    who went from which shared template straight to which other: the order of a work list.
-- Grain:      (account_ix, step from one template to another)
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
),

counted as (
    select
        account_ix, before_code, template_code, min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at, count(*) as n_events
    from in_order
    where before_code <> template_code
    group by account_ix, before_code, template_code
)

select
    account_ix,
    cast(before_code as varchar) || '>' || cast(template_code as varchar) as value,
    first_seen_at, last_seen_at, n_events
from counted
