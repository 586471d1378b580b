-- Purpose:    every known account with its dense number; null for accounts not yet there.
-- Grain:      account_id
-- Inputs:     account_row (account_id, is_test, is_later)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

numbered as (
    select
        account_id,
        cast(row_number() over (order by account_id) - 1 as integer) as account_ix,
        is_test as is_left_out
    from account_row
    where not is_later
),

later as (
    select account_id, cast(null as integer) as account_ix, true as is_left_out
    from account_row
    where is_later
)

select account_id, account_ix, is_left_out from numbered
union all
select account_id, account_ix, is_left_out from later
