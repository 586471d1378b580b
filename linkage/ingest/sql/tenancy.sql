-- Purpose:    shared values that pass from holder to holder, cut where nobody held them for 36 hours.
-- Grain:      (value, account_ix)
-- Inputs:     shared_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

earlier as (
    select
        value, account_ix, first_seen_at, last_seen_at, n_events,
        max(last_seen_at) over (
            partition by value order by first_seen_at nulls first, last_seen_at, account_ix
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

numbered as (
    select
        value, account_ix, first_seen_at, last_seen_at, n_events,
        1 + sum(is_new) over (
            partition by value order by first_seen_at nulls first, last_seen_at, account_ix
            rows between unbounded preceding and current row
        ) as tenancy
    from cut
)

select
    value, cast(tenancy as integer) as tenancy,
    cast(max(tenancy) over (partition by value) as integer) as n_tenancies,
    account_ix, first_seen_at, last_seen_at, n_events
from numbered
