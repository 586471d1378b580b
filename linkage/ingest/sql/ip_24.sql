-- Purpose:    who came from which IPv4 network of 256 addresses.
-- Grain:      sighting
-- Inputs:     sighting (account_ix, version, number)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, number >> 8 as value, first_seen_at, last_seen_at, n_events
from sighting
where version = 4
