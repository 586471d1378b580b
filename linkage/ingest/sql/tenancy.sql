-- Purpose:    shared values that pass from holder to holder, cut where nobody held them for 36 hours.
-- Grain:      (value, account_ix)
-- Inputs:     shared_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

-- Of holders who came at one instant only the first can begin a tenancy, whichever is taken as
-- the first.
earlier as (
    select
        value, account_ix, first_seen_at, last_seen_at, n_events,
        max(last_seen_at) over (
            partition by value order by first_seen_at nulls first
            rows between unbounded preceding and 1 preceding
        ) as held_until
    from shared_claim
),

cut as (
    select
        value, account_ix, first_seen_at, last_seen_at, n_events,
        case when first_seen_at > held_until + interval 36 hour then 1 else 0 end as is_new
    from earlier
),

divided as (
    select value, cast(count(*) + 1 as integer) as n_tenancies
    from cut
    where is_new = 1
    group by value
),

-- Most holdings are of values that nobody divides: only the others are counted along. Who came
-- at one instant is of one tenancy, so these are counted together (range, not rows).
numbered as (
    select
        c.value, d.n_tenancies, c.account_ix, c.first_seen_at, c.last_seen_at, c.n_events,
        1 + sum(c.is_new) over (
            partition by c.value order by c.first_seen_at nulls first
            range between unbounded preceding and current row
        ) as tenancy
    from cut as c
    inner join divided as d on c.value = d.value
)

select
    value, cast(tenancy as integer) as tenancy, n_tenancies, account_ix, first_seen_at,
    last_seen_at, n_events
from numbered
union all
select
    c.value, 1 as tenancy, 1 as n_tenancies, c.account_ix, c.first_seen_at, c.last_seen_at,
    c.n_events
from cut as c
anti join divided as d on c.value = d.value
