-- Purpose:    who holds which software, network or card issuer that is nobody's placeholder or hub.
-- Grain:      (account_ix, value), value is the identifier_ix
-- Inputs:     identifier (identifier_ix, kind, n_accounts, network_kind, hub_category, is_placeholder), holding (account_ix, identifier_ix)
-- Parameters: $fewest     accounts that hold a value at least
-- Order:      none, counted only
select distinct h.account_ix, h.identifier_ix as value
from holding as h
inner join identifier as i on h.identifier_ix = i.identifier_ix
where
    i.kind in ('user_agent', 'tls', 'ip_24', 'ip6_48', 'bin')
    and i.n_accounts >= $fewest
    and i.hub_category is null
    and not i.is_placeholder
    and coalesce(i.network_kind, '') not in (
        'cgnat', 'vpn', 'tor', 'proxy', 'university', 'corporate', 'public'
    )
