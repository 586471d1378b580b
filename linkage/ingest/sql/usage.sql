-- Purpose:    which account used which client: device, user agent and TLS fingerprint together.
-- Grain:      (account_ix, device_code, user_agent_code, tls_code)
-- Inputs:     connection
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, device_code, user_agent_code, tls_code,
    min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,
    cast(sum(n_events) as bigint) as n_events
from connection
where account_ix is not null
group by account_ix, device_code, user_agent_code, tls_code
