-- Purpose:    events of some files, with the place of their accounts in a fold, and whether sums may
--             stand for them: those of known accounts that are well formed and delivered once.
-- Grain:      row of a file
-- Inputs:     read_fold (account_code, occurred_at, ip_code, event_code, fault), fold_account, fold_twice,
--             malformed_address
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    r.*, k.account_no,
    k.account_no is not null and r.occurred_at is not null and r.fault is null
    and t.event_code is null and m.ip_code is null as is_plain
from read_fold as r
left join fold_account as k on r.account_code = k.account_code
left join fold_twice as t on r.event_code = t.event_code
left join malformed_address as m on r.ip_code = m.ip_code
