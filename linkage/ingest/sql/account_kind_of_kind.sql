-- Purpose:    how many values of one kind each account holds, placeholders aside.
-- Grain:      (account_ix, kind)
-- Inputs:     claimed_value, shared_holding, identifier_of_kind, lone_value (kind, account_ix, n_values)
-- Parameters: $kind       kind of identifier
-- Order:      none, readers look accounts up
with

placeholder_value as (
    select value, tenancy from identifier_of_kind where is_placeholder
),

held as (
    select account_ix_min as account_ix, 1 as n_values
    from claimed_value
    where account_ix_min = account_ix_max
    union all
    select account_ix, n_values
    from lone_value
    where kind = $kind
    union all
    select h.account_ix, 1 as n_values
    from shared_holding as h
    anti join placeholder_value as p on h.value = p.value and h.tenancy = p.tenancy
)

select account_ix, $kind as kind, cast(sum(n_values) as integer) as n_identifiers
from held
group by account_ix
