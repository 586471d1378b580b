-- Purpose:    the rows of accounts that count, well formed and the first of their account, numbered.
-- Grain:      account_id; account_ix is dense in order of account_id, null for accounts not yet there
--             and for forgotten ones
-- Inputs:     raw_accounts, account_first (account_id, place), forgotten (account_id)
-- Parameters: $as_of      instant after which accounts are not yet there; null for none
-- Order:      none, the table is an intermediate one
with

-- Narrow: what accounts are called like is carried along once, by those who stay.
counting as (
    select
        f.place, a.account_id,
        coalesce(a.created_at > cast($as_of as timestamp), false) as is_later,
        g.account_id is not null as is_forgotten
    from raw_accounts as a
    inner join account_first as f on a.file_ix * 1000000000000 + a.row_no = f.place
    left join forgotten as g on a.account_id = g.account_id
    where a.fault is null
),

numbered as (
    select
        place, is_later, is_forgotten,
        case
            when not is_later and not is_forgotten
                then row_number() over (order by is_later or is_forgotten, account_id) - 1
        end as account_ix
    from counting
)

select
    a.account_id, cast(n.account_ix as integer) as account_ix, a.created_at,
    lower(trim(a.email)) as email, a.phone, a.plan, a.status, a.country, a.organization,
    lower(trim(a.pathway)) as pathway, coalesce(a.is_test, false) as is_test, n.is_later,
    n.is_forgotten, a.total_volume_usd
from raw_accounts as a
inner join numbered as n on a.file_ix * 1000000000000 + a.row_no = n.place
