-- Purpose:    events, those that several files bring counted once; bad ones stay as they are.
-- Grain:      event
-- Inputs:     event (event_code tells an event again)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

-- Ordered by every value, so that neither the order of files nor of rows says which one stays.
ranked as (
    select
        file_ix, account_ix, is_bad, occurred_at, ip_code, device_code, user_agent_code,
        tls_code, session_code, event_code,
        row_number() over (
            partition by event_code, is_bad
            order by account_ix, occurred_at, ip_code, device_code, user_agent_code, tls_code,
                session_code
        ) as turn
    from event
)

select
    file_ix, account_ix, is_bad, occurred_at, ip_code, device_code, user_agent_code, tls_code,
    session_code, event_code
from ranked
where is_bad or turn = 1
