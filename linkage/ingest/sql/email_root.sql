-- Purpose:    who gave which mailbox, aliases set aside.
-- Grain:      account that has one
-- Inputs:     account_email (account_ix, email_root)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, email_root as value, cast(null as timestamp) as first_seen_at,
    cast(null as timestamp) as last_seen_at, 1 as n_events
from account_email
where email_root is not null
