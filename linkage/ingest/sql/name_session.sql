-- Purpose:    the text of each shared value: looked up by its number.
-- Grain:      value
-- Inputs:     shared_value (value), event_text (session_code, session_id), user_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

written as (
    select session_code as value, session_id as text from event_text where session_code is not null
    union all
    select value_code as value, value as text from user_claim where kind = 'session'
)

select w.value, min(w.text) as text, cast(null as varchar) as network_kind
from written as w
inner join (select distinct value from shared_value) as s on w.value = s.value
group by w.value
