-- Purpose:    accounts born each day, in each ring and (ring null) in no ring; the epoch's day is 0.
-- Grain:      (ring, day)
-- Inputs:     member (ring, account_ix), account (account_ix, created_at)
-- Parameters: none
-- Order:      by grain
select
    m.ring,
    cast(date_diff('day', timestamp '1970-01-01 00:00:00', a.created_at) as integer) as day,
    count(*) as n_born
from account as a
left join member as m on a.account_ix = m.account_ix
where a.created_at is not null
group by 1, 2
order by 1, 2
