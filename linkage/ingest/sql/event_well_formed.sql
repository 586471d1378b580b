-- Purpose:    events, those with a malformed address marked bad.
-- Grain:      event
-- Inputs:     event, address (ip_code, version)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    e.file_ix,
    case when a.ip_code is null then e.account_ix end as account_ix,
    e.is_bad or a.ip_code is not null as is_bad,
    e.occurred_at, e.ip_code, e.device_code, e.user_agent_code, e.tls_code, e.session_code,
    e.event_code
from event as e
left join address as a on e.ip_code = a.ip_code and a.version is null
