-- Purpose:    direct relations of accounts, as they came in.
-- Grain:      (account_ix_l, account_ix_r, kind)
-- Inputs:     link
-- Parameters: none
-- Order:      by grain
select
    account_ix_l, account_ix_r, kind, date_trunc('second', first_seen_at) as first_seen_at,
    date_trunc('second', last_seen_at) as last_seen_at
from link
order by account_ix_l, account_ix_r, kind
