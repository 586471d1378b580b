-- Purpose:    identifiers known to be public infrastructure.
-- Grain:      (kind, value, category)
-- Inputs:     raw_hubs (kind, value, category, fault)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select distinct
    trim(regexp_replace(lower(kind), '[^a-z0-9]+', '_', 'g'), '_') as kind, value, category
from raw_hubs
where fault is null
