-- Purpose:    who came from which IPv6 network of 64 bits.
-- Grain:      sighting
-- Inputs:     sighting (account_ix, version, number)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select account_ix, number as value, first_seen_at, last_seen_at, n_events
from sighting
where version = 6
