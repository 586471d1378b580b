-- Purpose:    one row per event, its account and values replaced by numbers.
-- Grain:      event; account_ix is null where the event is bad or left out
-- Inputs:     read_event (file_ix, account_code, occurred_at, *_code), known_account,
--             malformed_address (ip_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    e.file_ix,
    case
        when e.occurred_at is not null and m.ip_code is null and not k.is_left_out then k.account_ix
    end as account_ix,
    e.occurred_at is null or k.is_left_out is null or m.ip_code is not null as is_bad,
    e.occurred_at, e.ip_code, e.device_code, e.user_agent_code, e.tls_code, e.session_code,
    e.model_code, e.is_conversation, e.event_code
from read_event as e
left join known_account as k on e.account_code = k.account_code
left join malformed_address as m on e.ip_code = m.ip_code
