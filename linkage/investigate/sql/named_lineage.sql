-- Purpose:    which loaded ring comes from which other ring.
-- Grain:      (ring_id, relation, other_ring_id)
-- Inputs:     lineage_row (ring_id, relation, other_ring_id), loaded_ring, chosen_relation
-- Parameters: none
-- Order:      by grain
select distinct l.ring_id, l.relation, l.other_ring_id
from lineage_row as l
inner join loaded_ring as r on l.ring_id = r.ring_id or l.other_ring_id = r.ring_id
inner join chosen_relation as c on l.relation = c.relation
where l.ring_id <> l.other_ring_id
order by l.ring_id, l.relation, l.other_ring_id
