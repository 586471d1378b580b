-- Purpose:    identifiers of the members of chosen rings, or all.
-- Grain:      identifier_ix
-- Inputs:     identifier_row, holding_row (graph/*.parquet), loaded_member, loaded_star,
--             node_of_kind (kind, node)
-- Parameters: $everything  load all of them
-- Order:      by grain
with

held as (
    select distinct h.identifier_ix
    from holding_row as h
    inner join loaded_member as m on h.account_ix = m.account_ix
),

chosen as (
    select i.identifier_ix, i.identifier_id, i.kind, i.label, i.n_accounts, i.is_hub
    from identifier_row as i
    left join held as h on i.identifier_ix = h.identifier_ix
    where $everything or h.identifier_ix is not null
    union all
    select identifier_ix, node_id as identifier_id, kind, label, n_accounts, false as is_hub
    from loaded_star
)

select
    c.identifier_ix, c.identifier_id, coalesce(n.node, 'Other') as node, c.kind, c.label,
    c.n_accounts, c.is_hub
from chosen as c
left join node_of_kind as n on c.kind = n.kind
order by identifier_ix
