-- Purpose:    every known account with its dense number; null for accounts not yet there or forgotten.
-- Grain:      account_id
-- Inputs:     account_row (account_id, account_ix, is_test, is_later, is_forgotten)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_id, account_ix, is_test or is_later or is_forgotten as is_left_out
from account_row
