-- Purpose:    every spelling of an address that occurs.
-- Grain:      ip_code
-- Inputs:     event_text (ip_code, ip), user_claim (kind, value, value_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

written as (
    select ip_code, ip from event_text where ip_code is not null
    union all
    select value_code as ip_code, value as ip from user_claim where kind = 'ip'
)

select ip_code, any_value(ip) as ip from written group by ip_code
