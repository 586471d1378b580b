-- Purpose:    conversations by day and model, of each ring and (ring null) of accounts in no ring.
-- Grain:      (ring, day, model_code)
-- Inputs:     member (ring, account_ix), activity
-- Parameters: none
-- Order:      by grain
select
    m.ring, a.hour // 24 as day, a.model_code,
    cast(sum(a.n_events) as bigint) as n_conversations
from activity as a
left join member as m on a.account_ix = m.account_ix
where a.model_code is not null and a.is_conversation
group by m.ring, a.hour // 24, a.model_code
order by m.ring, a.hour // 24, a.model_code
