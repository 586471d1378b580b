-- Purpose:    who holds which of the first words of prompts that at least ten accounts share, where
--             the template is no other account's.
-- Grain:      event that has one, or sum of such
-- Inputs:     prompt_lone (account_ix, opening_code, first_seen_at, last_seen_at, n_events)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select opening_code
    from prompt_lone
    where opening_code is not null
    group by opening_code
    having count(distinct account_ix) >= 10
)

select p.account_ix, p.opening_code as value, p.first_seen_at, p.last_seen_at, p.n_events
from prompt_lone as p
inner join shared as s on p.opening_code = s.opening_code
