-- Purpose:    members of the chosen rings and accounts one hop outside by a rare identifier, or all.
-- Grain:      account_ix
-- Inputs:     account_row, holding_row (graph/*.parquet), loaded_member, loaded_identifier
-- Parameters: $everything    load all of them
--             $most_holders  accounts up to which an identifier is rare
-- Order:      by grain
with

near as (
    select distinct h.account_ix
    from holding_row as h
    inner join loaded_identifier as i on h.identifier_ix = i.identifier_ix
    where not i.is_hub and i.n_accounts <= $most_holders
),

known as (
    select account_ix from near
    union
    select account_ix from loaded_member
)

select a.*
from account_row as a
left join known as k on a.account_ix = k.account_ix
where $everything or k.account_ix is not null
order by account_ix
