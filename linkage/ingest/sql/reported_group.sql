-- Purpose:    groups of accounts that somebody reported, to be judged as they are.
-- Grain:      (group_id, account_ix)
-- Inputs:     raw_groups, account_key
-- Parameters: none
-- Order:      by grain
select distinct trim(g.group_id) as group_id, k.account_ix
from raw_groups as g
inner join account_key as k on g.account_id = k.account_id
where g.fault is null and not k.is_left_out
order by group_id, account_ix
