-- Purpose:    one row per event, its account and values replaced by numbers.
-- Grain:      event; account_ix is null where the event is bad or left out
-- Inputs:     read_event (file_ix, account_code, occurred_at, *_code), account_code
-- Parameters: $as_of      instant after which nothing counts; null for none
-- Order:      none, the table is an intermediate one
select
    e.file_ix,
    case when e.occurred_at is not null and not k.is_left_out then k.account_ix end as account_ix,
    e.occurred_at is null or k.is_left_out is null as is_bad,
    e.occurred_at, e.ip_code, e.device_code, e.user_agent_code, e.tls_code, e.session_code,
    e.event_code
from read_event as e
left join account_code as k on e.account_code = k.account_code
where e.occurred_at is null or $as_of is null or e.occurred_at <= cast($as_of as timestamp)
