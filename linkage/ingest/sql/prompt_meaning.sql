-- Purpose:    who holds which of the meanings that several accounts put in several wordings: one
--             wording that some share is a copy, see prompt_copy.
-- Grain:      (meaning, account)
-- Inputs:     meaning (account_ix, template_code, meaning_code, occurred_at)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

shared as (
    select meaning_code
    from meaning
    group by meaning_code
    having count(distinct account_ix) >= 5 and count(distinct template_code) >= 5
)

select
    m.account_ix, m.meaning_code as value, min(m.occurred_at) as first_seen_at,
    max(m.occurred_at) as last_seen_at, count(*) as n_events
from meaning as m
inner join shared as s on m.meaning_code = s.meaning_code
group by m.account_ix, m.meaning_code
