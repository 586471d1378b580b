-- Purpose:    the rows of accounts that count, well formed and the first of their account, numbered.
-- Grain:      account_id; account_ix is dense in order of account_id, null for accounts not yet there
--             and for forgotten ones
-- Inputs:     raw_accounts, account_first (account_id, place), forgotten (account_id)
-- Parameters: $as_of      instant after which accounts are not yet there; null for none
-- Order:      none, the table is an intermediate one
with

kept as (
    select
        a.account_id, a.created_at, lower(trim(a.email)) as email, a.phone, a.plan, a.status,
        a.country, a.organization, lower(trim(a.pathway)) as pathway,
        coalesce(a.is_test, false) as is_test, a.total_volume_usd,
        coalesce(a.created_at > cast($as_of as timestamp), false) as is_later,
        g.account_id is not null as is_forgotten
    from raw_accounts as a
    inner join account_first as f
        on a.account_id = f.account_id and a.file_ix * 1000000000000 + a.row_no = f.place
    left join forgotten as g on a.account_id = g.account_id
    where a.fault is null
),

numbered as (
    select
        account_id, row_number() over (order by account_id) - 1 as account_ix
    from kept
    where not is_later and not is_forgotten
)

select
    k.account_id, cast(n.account_ix as integer) as account_ix, k.created_at, k.email, k.phone,
    k.plan, k.status, k.country, k.organization, k.pathway, k.is_test, k.is_later,
    k.is_forgotten, k.total_volume_usd
from kept as k
left join numbered as n on k.account_id = n.account_id
