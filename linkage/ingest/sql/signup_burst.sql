-- Purpose:    who signed up in the same ten minutes by the same way; half-shifted ones too.
--             Only ten minutes with more signups than their six hours let expect, by two
--             standard deviations, are a burst: else every account of a busy day is in one.
-- Grain:      (account, bucket); value is way_ix * 2^32 + the bucket's start in five minutes, odd where shifted
-- Inputs:     account_row (account_ix, created_at, pathway, is_test), account_email (domain_class), signup_way
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

made as (
    select
        r.account_ix, r.created_at, w.way_ix * 4294967296 as way_code,
        date_diff('minute', timestamp '1970-01-01 00:00:00', r.created_at) as minute
    from account_row as r
    left join account_email as m on r.account_ix = m.account_ix
    inner join signup_way as w
        on coalesce(m.domain_class, 'none') || '/' || coalesce(r.pathway, '') = w.way
    where r.account_ix is not null and not r.is_test and r.created_at is not null
),

around as (
    select way_code + minute // 360 as six_hours, count(*) as n
    from made
    group by way_code + minute // 360
),

bucketed as (
    select account_ix, created_at, way_code + minute // 10 * 2 as value,
        way_code + minute // 360 as six_hours
    from made
    union all
    select account_ix, created_at, way_code + (minute + 5) // 10 * 2 - 1 as value,
        way_code + minute // 360 as six_hours
    from made
),

counted as (
    select value, count(*) as n, min(six_hours) as six_hours
    from bucketed
    group by value
    having count(*) >= 3
),

busy as (
    select c.value
    from counted as c
    inner join around as a on c.six_hours = a.six_hours
    where 36 * c.n > a.n and (36 * c.n - a.n) * (36 * c.n - a.n) > 4 * 36 * a.n
)

select
    b.account_ix, b.value, b.created_at as first_seen_at, b.created_at as last_seen_at,
    1 as n_events
from bucketed as b
inner join busy as u on b.value = u.value
