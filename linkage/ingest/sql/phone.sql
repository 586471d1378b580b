-- Purpose:    who gave which phone number.
-- Grain:      account that has one
-- Inputs:     account_phone (account_ix, phone)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, phone as value, cast(null as timestamp) as first_seen_at,
    cast(null as timestamp) as last_seen_at, 1 as n_events
from account_phone
where phone is not null
