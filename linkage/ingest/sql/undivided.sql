-- Purpose:    shared values of a kind whose holders hold it together.
-- Grain:      (value, account_ix)
-- Inputs:     shared_claim
-- Parameters: none
-- Order:      none, the table is an intermediate one
select value, 1 as tenancy, 1 as n_tenancies, account_ix, first_seen_at, last_seen_at, n_events
from shared_claim
