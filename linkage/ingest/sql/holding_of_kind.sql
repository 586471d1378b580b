-- Purpose:    who holds the identifiers of one kind.
-- Grain:      (identifier_ix, account_ix)
-- Inputs:     shared_holding, identifier_of_kind
-- Parameters: none
-- Order:      by grain
select h.account_ix, i.identifier_ix, h.first_seen_at, h.last_seen_at, h.n_events
from shared_holding as h
inner join identifier_of_kind as i on h.value = i.value and h.tenancy = i.tenancy
order by identifier_ix, account_ix
