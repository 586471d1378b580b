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
    left join sighting as n on n.number >> 8 = s.value and n.version = 4 and n.network_kind is not null
    group by s.value
),

spelt as (
    select value, network_kind from seen
)

select
    value,
    cast(value >> 16 as varchar) || '.' || cast((value >> 8) & 255 as varchar) || '.'
    || cast(value & 255 as varchar) || '.0/24' as text,
    network_kind
from spelt
