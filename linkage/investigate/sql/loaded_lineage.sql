-- Purpose:    which ring comes from which, by their numbers.
-- Grain:      (relation, ring, other)
-- Inputs:     named_lineage, loaded_ring, loaded_past_ring
-- Parameters: none
-- Order:      by grain
with

numbered as (
    select ix, ring_id from loaded_ring
    union all
    select ix, ring_id from loaded_past_ring
)

select n.relation, r.ix as ring, o.ix as other
from named_lineage as n
inner join numbered as r on n.ring_id = r.ring_id
inner join numbered as o on n.other_ring_id = o.ring_id
order by relation, ring, other
