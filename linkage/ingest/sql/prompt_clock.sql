-- Purpose:    who sent a shared template in which ten minutes; half-shifted ones too, so that none is cut.
-- Grain:      (event, bucket)
-- Inputs:     event (account_ix, prompt_code, occurred_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

held as (
    select prompt_code, account_ix
    from event
    where account_ix is not null and prompt_code is not null
    group by prompt_code, account_ix
),

rare as (
    select prompt_code
    from held
    group by prompt_code
    having count(*) between 2 and 2000
),

timed as (
    select
        e.account_ix, e.prompt_code, e.occurred_at,
        date_diff('minute', timestamp '1970-01-01 00:00:00', e.occurred_at) as minute
    from event as e
    inner join rare as r on e.prompt_code = r.prompt_code
    where e.account_ix is not null
),

bucketed as (
    select account_ix, prompt_code, occurred_at, 'a' as shift, minute // 10 as bucket from timed
    union all
    select account_ix, prompt_code, occurred_at, 'b' as shift, (minute + 5) // 10 as bucket
    from timed
)

select
    account_ix,
    cast(prompt_code as varchar) || '/' || cast(bucket as varchar) || shift as value,
    occurred_at as first_seen_at, occurred_at as last_seen_at, 1 as n_events
from bucketed
