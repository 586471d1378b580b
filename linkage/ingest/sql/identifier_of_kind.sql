-- Purpose:    identifiers of one kind, numbered after those of the kinds before.
-- Grain:      identifier_ix
-- Inputs:     named_value
-- Parameters: $kind       kind of identifier
--             $first_ix   number of the first
-- Order:      by grain
select
    cast($first_ix + row_number() over (order by identifier_id, value, tenancy) - 1 as integer)
        as identifier_ix,
    $kind as kind, identifier_id, label, n_accounts, network_kind, hub_category, is_placeholder,
    value, tenancy
from named_value
order by identifier_ix
