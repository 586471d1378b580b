-- Purpose:    conversations and active accounts of each ring by day; the epoch's day is 0.
-- Grain:      (ring, day)
-- Inputs:     member (ring, account_ix), model_day
-- Parameters: none
-- Order:      by grain
select
    m.ring, d.day, cast(sum(d.n_conversations) as bigint) as n_conversations,
    count(distinct d.account_ix) as n_active
from member as m
inner join model_day as d on m.account_ix = d.account_ix
group by m.ring, d.day
order by m.ring, d.day
