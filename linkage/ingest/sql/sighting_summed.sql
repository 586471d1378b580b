-- Purpose:    which account came from which public address or IPv6 network, of events in sums.
-- Grain:      sum; readers sum over spellings
-- Inputs:     summed_sighting (account_ix, ip_code, first_seen_at, last_seen_at, n_events), address
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    s.account_ix, a.version, a.number, a.network_kind, s.first_seen_at, s.last_seen_at, s.n_events
from summed_sighting as s
inner join address as a on s.ip_code = a.ip_code
where a.version is not null and not a.is_reserved
