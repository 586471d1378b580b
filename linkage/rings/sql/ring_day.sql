-- Purpose:    conversations and active accounts of each ring by day; the epoch's day is 0.
-- Grain:      (ring, day)
-- Inputs:     member (ring, account_ix), activity
-- Parameters: none
-- Order:      by grain
with

of_account as (
    select m.ring, a.account_ix, a.hour // 24 as day, cast(sum(a.n_events) as bigint) as n_conversations
    from member as m
    inner join activity as a on m.account_ix = a.account_ix
    where a.is_conversation
    group by m.ring, a.account_ix, a.hour // 24
)

select ring, day, cast(sum(n_conversations) as bigint) as n_conversations, count(*) as n_active
from of_account
group by ring, day
order by ring, day
