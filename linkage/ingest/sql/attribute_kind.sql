-- Purpose:    kinds that users bring of which most accounts hold one of a few values.
-- Grain:      kind
-- Inputs:     user_claim (account_ix, kind, value_code), account_key
-- Parameters: none
-- Order:      by kind, so that notes are in the same order every time
with

counted as (
    select
        kind, count(distinct account_ix) as n_accounts, count(distinct value_code) as n_values
    from user_claim
    group by kind
),

everyone as (
    select count(*) as n from account_key
)

select c.kind, c.n_values, c.n_accounts
from counted as c
cross join everyone as e
where
    4 * c.n_accounts >= e.n
    and c.n_accounts >= 20 * c.n_values
    and 1000 * c.n_accounts >= e.n * c.n_values
order by c.kind
