-- Purpose:    events that are delivered more than once, numbered.
-- Grain:      event_code
-- Inputs:     event (event_code; null where nothing is delivered twice)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    event_code, min(account_ix) as account_ix,
    cast(row_number() over (order by event_code) - 1 as bigint) as again_ix
from event
where event_code is not null and account_ix is not null
group by event_code
having count(*) > 1
