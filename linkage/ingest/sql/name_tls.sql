-- Purpose:    the text of each shared value: looked up by its number.
-- Grain:      value
-- Inputs:     shared_value (value), event_text (tls_code, tls_fingerprint), user_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

written as (
    select tls_code as value, any_value(tls_fingerprint) as text
    from event_text
    where tls_code is not null
    group by tls_code
    union all
    select value_code as value, any_value(value) as text
    from user_claim
    where kind = 'tls'
    group by value_code
)

select w.value, min(w.text) as text, cast(null as varchar) as network_kind
from written as w
inner join (select distinct value from shared_value) as s on w.value = s.value
group by w.value
