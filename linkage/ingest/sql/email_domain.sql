-- Purpose:    who gave which domain of mail that is not a public provider's.
-- Grain:      account that has one
-- Inputs:     account_email (account_ix, email_domain)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix, email_domain as value, cast(null as timestamp) as first_seen_at,
    cast(null as timestamp) as last_seen_at, 1 as n_events
from account_email
where domain_class <> 'public'
