-- Purpose:    accounts with what is known of each.
-- Grain:      account_ix
-- Inputs:     account_row, account_key, account_email, account_event, sighting
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
    k.account_ix, r.account_id, r.created_at, m.email_domain,
    coalesce(m.domain_class, 'none') as domain_class, r.plan, r.status, r.country,
    r.organization, r.pathway, r.is_test, coalesce(e.n_events, 0) as n_events,
    e.first_event_at, e.last_event_at, coalesce(h.n_events, 0) as n_datacenter_events
from account_row as r
inner join account_key as k on r.account_id = k.account_id
left join account_email as m on k.account_ix = m.account_ix
left join account_event as e on k.account_ix = e.account_ix
left join hosted as h on k.account_ix = h.account_ix
where k.account_ix is not null
order by account_ix
