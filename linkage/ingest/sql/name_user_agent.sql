-- Purpose:    the text of each shared value: looked up by its number.
-- Grain:      value
-- Inputs:     shared_value (value), event_text (user_agent_code, user_agent), user_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

-- Grouped by text and not by number: the few texts of Parquet's dictionaries say it at once.
written as (
    select min(user_agent_code) as value, user_agent as text
    from event_text
    group by user_agent
    union all
    select value_code as value, value as text from user_claim where kind = 'user_agent'
)

select w.value, min(w.text) as text, cast(null as varchar) as network_kind
from written as w
inner join (select distinct value from shared_value) as s on w.value = s.value
group by w.value
