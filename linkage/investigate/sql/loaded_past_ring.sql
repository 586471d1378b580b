-- Purpose:    rings that lineage names and that are not among the loaded ones, numbered after them.
-- Grain:      ix
-- Inputs:     named_lineage, loaded_ring
-- Parameters: none
-- Order:      by grain
with

named as (
    select ring_id from named_lineage
    union
    select other_ring_id as ring_id from named_lineage
),

past as (
    select n.ring_id
    from named as n
    left join loaded_ring as r on n.ring_id = r.ring_id
    where r.ring_id is null
),

counted as (
    select count(*) as n_known from loaded_ring
)

select
    cast(c.n_known + row_number() over (order by p.ring_id) - 1 as integer) as ix, p.ring_id,
    true as is_past
from past as p
cross join counted as c
order by ix
