-- Purpose:    accounts with what is known of each.
-- Grain:      account_ix
-- Inputs:     account_row, account_email, account_event, sighting
-- Parameters: none
-- Order:      by grain
with

hosted as (
    select account_ix, cast(sum(n_events) as bigint) as n_events
    from sighting
    where network_kind in ('datacenter', 'vpn', 'tor', 'proxy')
    group by account_ix
)

select
    r.account_ix, r.account_id, r.created_at, m.email_domain,
    coalesce(m.domain_class, 'none') as domain_class, r.plan, r.status, r.country,
    r.organization, r.pathway, r.is_test, coalesce(e.n_events, 0) as n_events,
    e.first_event_at, e.last_event_at, coalesce(h.n_events, 0) as n_datacenter_events
from account_row as r
left join account_email as m on r.account_ix = m.account_ix
left join account_event as e on r.account_ix = e.account_ix
left join hosted as h on r.account_ix = h.account_ix
where r.account_ix is not null
order by account_ix
