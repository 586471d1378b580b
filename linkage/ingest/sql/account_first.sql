-- Purpose:    where the row that counts for each account stands; later ones are duplicates.
-- Grain:      account_id
-- Inputs:     raw_accounts (account_id, file_ix, row_no, fault)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_id, min(file_ix * 1000000000000 + row_no) as place
from raw_accounts
where fault is null
group by account_id
