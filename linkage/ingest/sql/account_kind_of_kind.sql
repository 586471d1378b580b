-- Purpose:    how many values of one kind each account holds, placeholders aside.
-- Grain:      (account_ix, kind)
-- Inputs:     claimed_value, shared_holding, identifier_of_kind
-- Parameters: $kind       kind of identifier
-- Order:      by grain
with

alone as (
    select account_ix_min as account_ix, count(*) as n
    from claimed_value
    where account_ix_min = account_ix_max
    group by account_ix_min
),

together as (
    select h.account_ix, count(*) as n
    from shared_holding as h
    left join identifier_of_kind as i on h.value = i.value and h.tenancy = i.tenancy
    where i.identifier_ix is null or not i.is_placeholder
    group by h.account_ix
),

counted as (
    select account_ix, n from alone
    union all
    select account_ix, n from together
)

select account_ix, $kind as kind, cast(sum(n) as integer) as n_identifiers
from counted
group by account_ix
order by account_ix
