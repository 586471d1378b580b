-- Purpose:    links between loaded accounts, from the lesser account_id to the greater.
-- Grain:      (account_ix_l, account_ix_r)
-- Inputs:     link_row (graph/links.parquet), loaded_account
-- Parameters: none
-- Order:      by grain
select
    case when l.account_id < r.account_id then l.account_ix else r.account_ix end as account_ix_l,
    case when l.account_id < r.account_id then r.account_ix else l.account_ix end as account_ix_r,
    k.bits, k.kinds
from link_row as k
inner join loaded_account as l on k.account_ix_l = l.account_ix
inner join loaded_account as r on k.account_ix_r = r.account_ix
order by account_ix_l, account_ix_r
