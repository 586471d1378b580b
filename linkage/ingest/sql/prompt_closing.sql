-- Purpose:    who holds which of the last words of prompts that at least ten accounts share, where
--             the template is no other account's.
-- Grain:      event that has one, or sum of such
-- Inputs:     prompt_lone (account_ix, closing_code, first_seen_at, last_seen_at, n_events)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select closing_code
    from prompt_lone
    where closing_code is not null
    group by closing_code
    having count(distinct account_ix) >= 10
)

select p.account_ix, p.closing_code as value, p.first_seen_at, p.last_seen_at, p.n_events
from prompt_lone as p
inner join shared as s on p.closing_code = s.closing_code
