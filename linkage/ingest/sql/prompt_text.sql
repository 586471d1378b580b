-- Purpose:    events with a prompt or a system prompt whose account and time are known.
-- Grain:      event
-- Inputs:     read_prompt (account_code, occurred_at, ip_code, prompt, system_prompt, event_code), account_code, address (ip_code, version), reading_until (as_of), event_again (event_code, again_ix)
-- Parameters: none
-- Order:      none, rows are read one after the other
with

malformed as (
    select ip_code from address where version is null
)

select k.account_ix, e.occurred_at, e.prompt, e.system_prompt, g.again_ix
from read_prompt as e
inner join account_code as k on e.account_code = k.account_code
cross join reading_until as u
left join event_again as g on e.event_code = g.event_code
anti join malformed as m on e.ip_code = m.ip_code
where
    not k.is_left_out and e.occurred_at is not null
    and (e.prompt is not null or e.system_prompt is not null)
    and (u.as_of is null or e.occurred_at <= cast(u.as_of as timestamp))
