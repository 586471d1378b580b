-- Purpose:    the first row of each account in each file.
-- Grain:      (account_id, file_ix)
-- Inputs:     raw_accounts (account_id, file_ix, row_no, fault)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_id, file_ix, min(row_no) as row_no
from raw_accounts
where fault is null
group by account_id, file_ix
