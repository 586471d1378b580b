-- Purpose:    events, those that are delivered more than once counted once; bad ones and those of
--             nobody who counts stay as they are.
-- Grain:      event
-- Inputs:     event (event_code tells an event again), event_again (event_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

again as (
    select
        e.file_ix, e.account_ix, e.is_bad, e.occurred_at, e.ip_code, e.device_code,
        e.user_agent_code, e.tls_code, e.session_code, e.model_code, e.is_conversation,
        e.event_code
    from event as e
    inner join event_again as g on e.event_code = g.event_code
    where not e.is_bad and e.account_ix is not null
),

-- Ordered by every value, so that neither the order of files nor of rows says which one stays.
ranked as (
    select
        file_ix, account_ix, is_bad, occurred_at, ip_code, device_code, user_agent_code,
        tls_code, session_code, model_code, is_conversation,
        event_code,
        row_number() over (
            partition by event_code
            order by account_ix, occurred_at, ip_code, device_code, user_agent_code, tls_code,
                session_code, model_code, is_conversation
        ) as turn
    from again
)

select
    e.file_ix, e.account_ix, e.is_bad, e.occurred_at, e.ip_code, e.device_code,
    e.user_agent_code, e.tls_code, e.session_code, e.model_code, e.is_conversation, e.event_code
from event as e
left join event_again as g on e.event_code = g.event_code
where g.event_code is null or e.is_bad or e.account_ix is null
union all
select
    file_ix, account_ix, is_bad, occurred_at, ip_code, device_code, user_agent_code, tls_code,
    session_code, model_code, is_conversation, event_code
from ranked
where turn = 1
