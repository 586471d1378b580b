-- Purpose:    kind and name of the values that kits may be of.
-- Grain:      identifier_ix
-- Inputs:     kit_candidate (identifier_ix), identifier (identifier_ix, kind, identifier_id)
-- Parameters: none
-- Order:      by grain
select i.identifier_ix, i.kind, i.identifier_id
from identifier as i
inner join kit_candidate as c on i.identifier_ix = c.identifier_ix
order by i.identifier_ix
