-- Purpose:    events by weekday and hour, of each ring and of all accounts together.
-- Grain:      (ring_id, weekday, hour); ring_id is null for all accounts, 0 = Monday
-- Inputs:     ring_week (ring_id, hour_of_week, n_events), activity
-- Order:      by grain, all accounts first
with

-- The epoch began on a Thursday: 72 hours after a Monday.
of_all as (
    select
        cast(null as varchar) as ring_id,
        (hour + 72) % 168 as hour_of_week,
        cast(sum(n_events) as bigint) as n_events
    from activity
    group by (hour + 72) % 168
),

counted as (
    select ring_id, hour_of_week, n_events from ring_week
    union all
    select ring_id, hour_of_week, n_events from of_all
),

split as (
    select
        ring_id,
        cast(floor(hour_of_week / 24) as integer) as weekday,
        cast(hour_of_week % 24 as integer) as hour,
        n_events
    from counted
)

select * from split
order by ring_id nulls first, weekday, hour
