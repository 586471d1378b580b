-- Purpose:    accounts that members are linked to directly, as identifiers of their own.
-- Grain:      (kind, identifier_id)
-- Inputs:     evidence_row, loaded_ring, identifier_row
-- Parameters: none
-- Order:      by grain
with

named as (
    select distinct e.kind, e.identifier_id, e.label, e.n_accounts_total
    from evidence_row as e
    inner join loaded_ring as r on e.ring_id = r.ring_id
    left join identifier_row as i on e.identifier_id = i.identifier_id
    where e.identifier_id <> '' and i.identifier_id is null
),

counted as (
    select coalesce(max(identifier_ix) + 1, 0) as n_known from identifier_row
)

select
    cast(c.n_known + row_number() over (order by n.kind, n.identifier_id) - 1 as integer)
        as identifier_ix,
    n.kind || ':' || n.identifier_id as node_id, n.kind, n.identifier_id, n.label,
    n.n_accounts_total as n_accounts
from named as n
cross join counted as c
order by kind, identifier_id
