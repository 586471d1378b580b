-- Purpose:    how each account connected: address, device, user agent and TLS fingerprint together.
-- Grain:      (account_ix, bad_file_ix, ip_code, device_code, user_agent_code, tls_code); account_ix is
--             null for events that are bad or left out, bad_file_ix for those that are not bad
-- Inputs:     event
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, case when is_bad then file_ix end as bad_file_ix, ip_code, device_code,
    user_agent_code, tls_code, min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at,
    count(*) as n_events
from event
group by
    account_ix, case when is_bad then file_ix end, ip_code, device_code, user_agent_code, tls_code
