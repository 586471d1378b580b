-- Purpose:    rings of the chosen tiers, numbered.
-- Grain:      ix
-- Inputs:     ring_row (rings.parquet), chosen_tier (tier)
-- Parameters: none
-- Order:      by grain
select cast(row_number() over (order by r.ring_id) - 1 as integer) as ix, r.*
from ring_row as r
inner join chosen_tier as c on r.tier = c.tier
order by ix
