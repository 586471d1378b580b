-- Purpose:    what the accounts of each ring say of themselves.
-- Grain:      ring
-- Inputs:     member (ring, account_ix), account
-- Order:      by ring
with

of_ring as (
    select m.ring, a.*
    from member m
    join account a on a.account_ix = m.account_ix
),

organizations as (
    select ring, max(n) as n_top_organization
    from (
        select ring, organization, count(*) as n
        from of_ring
        where organization is not null
        group by ring, organization
    )
    group by ring
),

domains as (
    select ring, max(n) as n_top_domain
    from (
        select ring, email_domain, count(*) as n
        from of_ring
        where domain_class = 'other'
        group by ring, email_domain
    )
    group by ring
),

totals as (
    select
        ring,
        count(*) as n_accounts,
        cast(sum(n_events) as bigint) as n_events,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        min(created_at) as first_created_at,
        max(created_at) as last_created_at,
        cast(sum(n_datacenter_events) as bigint) as n_datacenter_events,
        count(organization) as n_organization,
        count(email_domain) as n_mail,
        cast(sum(case when domain_class = 'disposable' then 1 else 0 end) as bigint)
            as n_disposable,
        cast(sum(case when lower(status) in ('banned', 'suspended', 'disabled') then 1 else 0 end)
            as bigint) as n_banned
    from of_ring
    group by ring
),

usual as (
    select
        avg(case when lower(status) in ('banned', 'suspended', 'disabled') then 1.0 else 0.0 end)
            as banned_share
    from account
),

joined as (
    select
        t.*,
        cast(t.n_accounts * u.banned_share as double) as expected_banned,
        coalesce(o.n_top_organization, 0) as n_top_organization,
        coalesce(d.n_top_domain, 0) as n_top_domain
    from totals t
    cross join usual u
    left join organizations o on o.ring = t.ring
    left join domains d on d.ring = t.ring
)

select * from joined
order by ring
