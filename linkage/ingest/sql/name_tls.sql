-- Purpose:    the text of each shared value: looked up by its number.
-- Grain:      value
-- Inputs:     shared_value (value), event_text (tls_code, tls_fingerprint), user_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

-- Grouped by text and not by number: the few texts of Parquet's dictionaries say it at once.
written as (
    select min(tls_code) as value, tls_fingerprint as text
    from event_text
    group by tls_fingerprint
    union all
    select value_code as value, value as text from user_claim where kind = 'tls'
)

select w.value, min(w.text) as text, cast(null as varchar) as network_kind
from written as w
inner join (select distinct value from shared_value) as s on w.value = s.value
group by w.value
