-- Purpose:    who holds which of the devices.
-- Grain:      usage that has one
-- Inputs:     usage (account_ix, device_code, first_seen_at, last_seen_at, n_events)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, device_code as value, first_seen_at, last_seen_at, n_events
from usage
where device_code is not null
