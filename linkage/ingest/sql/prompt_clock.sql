-- Purpose:    who sent a shared template in which ten minutes; half-shifted ones too, so that none is cut.
--             Only ten minutes in which more accounts sent it than chance brings together once in
--             a hundred templates: else each two who copied one prompt would meet some day.
-- Grain:      (event, bucket)
-- Inputs:     prompt_timed (account_ix, occurred_at, template_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

span as (
    -- Ten minutes that count: people are awake for a third of the day.
    select date_diff('minute', min(occurred_at), max(occurred_at)) / 30.0 as n_buckets
    from prompt_timed
),

sent as (
    select template_code, cast(count(*) as double) as n
    from prompt_timed
    group by template_code
),

needed as (
    -- With n events at random in b buckets, n^k / (k! b^(k-1)) buckets have k.
    select
        s.template_code,
        case
            when s.n * s.n < 0.02 * b.n_buckets then 2
            when s.n * s.n * s.n < 0.06 * b.n_buckets * b.n_buckets then 3
            when s.n * s.n * s.n * s.n < 0.24 * b.n_buckets * b.n_buckets * b.n_buckets then 4
            else 5 + floor(s.n / greatest(b.n_buckets, 1)
                + 5 * sqrt(s.n / greatest(b.n_buckets, 1)))
        end as n_accounts
    from sent as s
    cross join span as b
),

timed as (
    select
        account_ix, template_code, occurred_at,
        cast(date_diff('minute', timestamp '1970-01-01 00:00:00', occurred_at) // 5 as integer)
            as five_minutes
    from prompt_timed
),

counted as (
    select
        template_code, five_minutes, min(account_ix) as account_ix_min,
        max(account_ix) as account_ix_max, count(*) as n_events
    from timed
    group by template_code, five_minutes
),

bucketed as (
    select
        template_code, five_minutes // 2 * 2 as bucket, account_ix_min, account_ix_max, n_events
    from counted
    union all
    select
        template_code, (five_minutes + 1) // 2 * 2 - 1 as bucket, account_ix_min, account_ix_max,
        n_events
    from counted
),

crowded as (
    -- Whom to count at all: most ten minutes have one event of a template.
    select template_code, bucket, sum(n_events) as n_events
    from bucketed
    group by template_code, bucket
    having min(account_ix_min) < max(account_ix_max)
),

asked as materialized (
    select c.template_code, c.bucket, d.n_accounts
    from crowded as c
    inner join needed as d on c.template_code = d.template_code
    where c.n_events >= d.n_accounts
),

sent_there as materialized (
    select t.account_ix, t.template_code, a.bucket, t.occurred_at, a.n_accounts
    from timed as t
    inner join asked as a
        on t.template_code = a.template_code and t.five_minutes // 2 * 2 = a.bucket
    union all
    select t.account_ix, t.template_code, a.bucket, t.occurred_at, a.n_accounts
    from timed as t
    inner join asked as a
        on t.template_code = a.template_code and (t.five_minutes + 1) // 2 * 2 - 1 = a.bucket
),

together as (
    select template_code, bucket
    from sent_there
    group by template_code, bucket
    having count(distinct account_ix) >= min(n_accounts)
)

select
    b.account_ix,
    cast(b.template_code as varchar) || '/' || cast(b.bucket as varchar) as value,
    b.occurred_at as first_seen_at, b.occurred_at as last_seen_at, 1 as n_events
from sent_there as b
inner join together as t on b.template_code = t.template_code and b.bucket = t.bucket
