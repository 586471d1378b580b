-- Purpose:    rows of one file of accounts, without those that a later file's replace. Of an account
--             that is twice in the file every row stays: all but the first are bad.
-- Grain:      row of accounts
-- Inputs:     read_accounts (account_id, fault: the file's), raw_accounts (account_id, fault: later ones')
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

later as (
    select distinct account_id from raw_accounts where fault is null
),

replaced as (
    select r.account_id
    from read_accounts as r
    semi join later as l on r.account_id = l.account_id
    where r.fault is null
    group by r.account_id
    having count(*) = 1
)

select r.*
from read_accounts as r
anti join replaced as p on r.fault is null and r.account_id = p.account_id
