-- Purpose:    how many values and holdings one kind has.
-- Grain:      kind
-- Inputs:     claimed_value, shared_value, identifier_of_kind (n_accounts)
-- Parameters: $kind       kind of identifier
-- Order:      none, the table is an intermediate one
with

alone as (
    select count(*) as n from claimed_value where account_ix_min = account_ix_max
),

together as (
    select count(*) as n from shared_value
),

shared as (
    select count(*) as n, cast(coalesce(sum(n_accounts), 0) as bigint) as n_holdings
    from identifier_of_kind
)

select $kind as kind, a.n + t.n as n_values, s.n as n_shared, s.n_holdings
from alone as a
cross join together as t
cross join shared as s
