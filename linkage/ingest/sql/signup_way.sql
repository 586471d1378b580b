-- Purpose:    ways of signing up, numbered: class of the mailbox's domain and pathway.
-- Grain:      way
-- Inputs:     account_row (account_ix, created_at, pathway, is_test), account_email (domain_class)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

made as (
    select distinct coalesce(m.domain_class, 'none') || '/' || coalesce(r.pathway, '') as way
    from account_row as r
    left join account_email as m on r.account_ix = m.account_ix
    where r.account_ix is not null and not r.is_test and r.created_at is not null
)

select way, row_number() over (order by way) as way_ix from made
