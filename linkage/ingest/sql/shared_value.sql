-- Purpose:    values of a kind with at least two holders.
-- Grain:      (value, tenancy)
-- Inputs:     shared_holding (value, tenancy, n_tenancies, account_ix, first_seen_at, last_seen_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    value, tenancy, max(n_tenancies) as n_tenancies, cast(count(*) as integer) as n_accounts,
    min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at
from shared_holding
group by value, tenancy
