-- Purpose:    every shared value, with whether it is too public to tell anything by itself.
-- Grain:      identifier_ix
-- Inputs:     identifier
-- Parameters: $most_holders  accounts above which a value counts as public
-- Order:      by grain
select
    identifier_ix, identifier_id, kind, label, n_accounts,
    is_placeholder or hub_category is not null or n_accounts > $most_holders
    or coalesce(
        network_kind in ('cgnat', 'vpn', 'tor', 'proxy', 'university', 'corporate', 'public'),
        false
    ) as is_hub
from identifier
order by identifier_ix
