-- Purpose:    how many devices and addresses each account holds, alone or with others.
-- Grain:      account_ix
-- Inputs:     account_kind
-- Order:      none, readers look accounts up
with

counted as (
    select
        account_ix,
        cast(sum(case when kind = 'device' then n_identifiers else 0 end) as bigint)
            as device,
        cast(sum(case when kind in ('ip', 'ip6_64') then n_identifiers else 0 end) as bigint)
            as network
    from account_kind
    where kind in ('device', 'ip', 'ip6_64')
    group by account_ix
)

select * from counted
