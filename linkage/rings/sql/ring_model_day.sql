-- Purpose:    conversations by day and model, of each ring and (ring null) of accounts in no ring.
-- Grain:      (ring, day, model_code)
-- Inputs:     member (ring, account_ix), model_day
-- Parameters: none
-- Order:      by grain
select m.ring, d.day, d.model_code, cast(sum(d.n_conversations) as bigint) as n_conversations
from model_day as d
left join member as m on d.account_ix = m.account_ix
where d.model_code is not null
group by m.ring, d.day, d.model_code
order by m.ring, d.day, d.model_code
