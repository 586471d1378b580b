-- Purpose:    who paid with which card issuer.
-- Grain:      payment that has one
-- Inputs:     payment (account_ix, bin, paid_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, bin as value, paid_at as first_seen_at, paid_at as last_seen_at, 1 as n_events
from payment
where bin <> ''
