-- Purpose:    how many values and holdings one kind has.
-- Grain:      kind
-- Inputs:     claimed_value, shared_value, identifier_of_kind (n_accounts),
--             lone_value (kind, n_values)
-- Parameters: $kind       kind of identifier
-- Order:      none, the table is an intermediate one
with

alone as (
    select count(*) as n from claimed_value where account_ix_min = account_ix_max
),

lone as (
    select cast(coalesce(sum(n_values), 0) as bigint) as n from lone_value where kind = $kind
),

together as (
    select count(*) as n from shared_value
),

shared as (
    select count(*) as n, cast(coalesce(sum(n_accounts), 0) as bigint) as n_holdings
    from identifier_of_kind
)

select $kind as kind, a.n + l.n + t.n as n_values, s.n as n_shared, s.n_holdings
from alone as a
cross join lone as l
cross join together as t
cross join shared as s
