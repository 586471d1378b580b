-- Purpose:    who signed up in the same ten minutes by the same way; half-shifted ones too.
-- Grain:      (account, bucket)
-- Inputs:     account_row (account_id, created_at, pathway), account_key, account_email (domain_class)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

made as (
    select
        k.account_ix, r.created_at,
        coalesce(m.domain_class, 'none') || '/' || coalesce(r.pathway, '') as way,
        date_diff('minute', timestamp '1970-01-01 00:00:00', r.created_at) as minute
    from account_row as r
    inner join account_key as k on r.account_id = k.account_id
    left join account_email as m on k.account_ix = m.account_ix
    where not k.is_left_out and r.created_at is not null
),

bucketed as (
    select account_ix, created_at, way, '/a/' as shift, minute // 10 * 10 as minute from made
    union all
    select account_ix, created_at, way, '/b/' as shift, (minute + 5) // 10 * 10 - 5 as minute
    from made
),

busy as (
    select way, shift, minute
    from bucketed
    group by way, shift, minute
    having count(*) >= 3
)

select
    b.account_ix,
    strftime(make_timestamp(b.minute * 60000000), '%Y-%m-%dT%H:%M') || b.shift || b.way as value,
    b.created_at as first_seen_at, b.created_at as last_seen_at, 1 as n_events
from bucketed as b
inner join busy as u on b.way = u.way and b.shift = u.shift and b.minute = u.minute
