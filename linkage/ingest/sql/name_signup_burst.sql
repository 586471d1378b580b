-- Purpose:    the text of each shared burst of signups: when it began, how it is shifted, the way.
-- Grain:      value
-- Inputs:     shared_value (value), signup_way (way_ix, way)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select distinct value, value >> 32 as way_ix, value & 4294967295 as five_minutes
    from shared_value
)

select
    s.value,
    strftime(make_timestamp(s.five_minutes * 300000000), '%Y-%m-%dT%H:%M')
    || case when s.five_minutes & 1 = 1 then '/b/' else '/a/' end || w.way as text,
    cast(null as varchar) as network_kind
from shared as s
inner join signup_way as w on s.way_ix = w.way_ix
