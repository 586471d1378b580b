-- Purpose:    how many events each account has in each hour.
-- Grain:      (account_ix, hour)
-- Inputs:     event (account_ix, occurred_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix,
    cast(date_diff('hour', timestamp '1970-01-01 00:00:00', occurred_at) as integer) as hour,
    cast(count(*) as integer) as n_events
from event
where account_ix is not null
group by 1, 2
