-- Purpose:    which account used which client: device, user agent and TLS fingerprint together.
-- Grain:      (account_ix, device_code, user_agent_code, tls_code)
-- Inputs:     event
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, device_code, user_agent_code, tls_code,
    min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at, count(*) as n_events
from event
where account_ix is not null
group by account_ix, device_code, user_agent_code, tls_code
