-- Purpose:    what the members of rings ask for, in prompts.
-- Grain:      account_ix, for members with prompts
-- Inputs:     member (ring, account_ix), account_capability
-- Parameters: none
-- Order:      by ring, then account_ix
select
    m.ring, c.account_ix, c.software_engineering, c.tool_use, c.long_horizon_planning,
    c.reasoning_traces, c.rubric_grading, c.safe_rewriting, c.data_labelling, c.chat, c.other
from member as m
inner join account_capability as c on m.account_ix = c.account_ix
order by m.ring, c.account_ix
