-- Purpose:    which account came from which public address or IPv6 network.
-- Grain:      (account_ix, spelling of the address); readers sum over spellings
-- Inputs:     connection, user_claim, address (ip_code, version, number, network_kind, is_reserved)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

claimed as (
    select
        account_ix, ip_code, min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at, cast(sum(n_events) as bigint) as n_events
    from connection
    where account_ix is not null and ip_code is not null
    group by account_ix, ip_code
    union all
    select account_ix, value_code as ip_code, seen_at, seen_at, n_events
    from user_claim
    where kind = 'ip'
)

select
    c.account_ix, a.version, a.number, a.network_kind, c.first_seen_at, c.last_seen_at, c.n_events
from claimed as c
inner join address as a on c.ip_code = a.ip_code
where a.version is not null and not a.is_reserved
