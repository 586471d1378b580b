-- Purpose:    the text of each shared network, and what kind of network it is.
-- Grain:      value
-- Inputs:     shared_value (value), sighting (version, number, network_kind)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select distinct value from shared_value
),

seen as (
    select s.value, max(n.network_kind) as network_kind
    from shared as s
    left join sighting as n on n.number = s.value and n.version = 6 and n.network_kind is not null
    group by s.value
),

spelt as (
    select value, network_kind, right('000000000000000' || lower(hex(value)), 16) as digits from seen
)

select
    value,
    substr(digits, 1, 4) || ':' || substr(digits, 5, 4) || ':' || substr(digits, 9, 4) || ':'
    || substr(digits, 13, 4) || '::/64' as text,
    network_kind
from spelt
