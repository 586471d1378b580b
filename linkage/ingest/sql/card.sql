-- Purpose:    who paid with which payment instrument.
-- Grain:      payment that has one
-- Inputs:     payment (account_ix, instrument_id, paid_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, instrument_id as value, paid_at as first_seen_at, paid_at as last_seen_at, 1 as n_events
from payment
where instrument_id <> ''
