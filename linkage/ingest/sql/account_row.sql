-- Purpose:    the rows of accounts that count: well formed and the first of their account.
-- Grain:      account_id
-- Inputs:     raw_accounts, account_first (account_id, place)
-- Parameters: $as_of      instant after which accounts are not yet there; null for none
-- Order:      none, the table is an intermediate one
select
    a.account_id, a.created_at, lower(trim(a.email)) as email, a.phone, a.plan, a.status,
    a.country, a.organization, lower(trim(a.pathway)) as pathway,
    coalesce(a.is_test, false) as is_test,
    coalesce(a.created_at > cast($as_of as timestamp), false) as is_later
from raw_accounts as a
inner join account_first as f
    on a.account_id = f.account_id and a.file_ix * 1000000000000 + a.row_no = f.place
where a.fault is null
