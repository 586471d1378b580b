-- Purpose:    who sent a shared template in which ten minutes; half-shifted ones too, so that none is cut.
-- Grain:      (event, bucket)
-- Inputs:     prompt_timed (account_ix, occurred_at, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

timed as (
    select
        account_ix, template_code, occurred_at,
        date_diff('minute', timestamp '1970-01-01 00:00:00', occurred_at) as minute
    from prompt_timed
),

bucketed as (
    select account_ix, template_code, occurred_at, 'a' as shift, minute // 10 as bucket
    from timed
    union all
    select account_ix, template_code, occurred_at, 'b' as shift, (minute + 5) // 10 as bucket
    from timed
)

select
    account_ix,
    cast(template_code as varchar) || '/' || cast(bucket as varchar) || shift as value,
    occurred_at as first_seen_at, occurred_at as last_seen_at, 1 as n_events
from bucketed
