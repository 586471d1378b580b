-- Purpose:    phone numbers in normal form: digits only, without the international prefix.
-- Grain:      account_ix
-- Inputs:     account_row (account_ix, phone)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

digits as (
    select
        a.account_ix,
        regexp_replace(regexp_replace(a.phone, '[^0-9]', '', 'g'), '^(00)+', '') as phone
    from account_row as a
    where a.account_ix is not null
)

select account_ix, phone from digits where length(phone) between 7 and 15
