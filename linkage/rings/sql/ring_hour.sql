-- Purpose:    events of each ring by hour of the week (0 = Monday 00:00 UTC).
-- Grain:      (ring, hour_of_week)
-- Inputs:     member (ring, account_ix), activity
-- Order:      by grain
with

-- The epoch began on a Thursday: 72 hours after a Monday.
of_ring as (
    select m.ring, (a.hour + 72) % 168 as hour_of_week, a.n_events
    from member m
    join activity a on a.account_ix = m.account_ix
),

counted as (
    select ring, hour_of_week, cast(sum(n_events) as bigint) as n_events
    from of_ring
    group by ring, hour_of_week
)

select * from counted
order by ring, hour_of_week
