-- Purpose:    mailboxes in normal form: the root that all aliases of a mailbox share, and its stem.
-- Grain:      account_ix
-- Inputs:     account_row (account_ix, email), mail_domain (domain, canonical, is_dotless, tag, domain_class)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

-- Cut at places where that does: a pattern costs three times as much.
split as (
    select
        a.account_ix,
        substr(a.email, 1, strpos(a.email, '@') - 1) as local_part,
        substr(a.email, strpos(a.email, '@') + 1) as full_domain
    from account_row as a
    where
        a.account_ix is not null
        and regexp_matches(a.email, '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+[.]?$')
),

undotted as (
    select
        account_ix, local_part,
        case when right(full_domain, 1) = '.' then rtrim(full_domain, '.') else full_domain end
            as domain
    from split
),

tagged as (
    select
        s.account_ix, s.local_part,
        s.domain as email_domain,
        coalesce(d.canonical, s.domain) as domain,
        coalesce(d.domain_class, 'other') as domain_class,
        coalesce(d.is_dotless, false) as is_dotless,
        case when d.tag is null then 0 else strpos(substr(s.local_part, 2), d.tag) end as n_kept
    from undotted as s
    left join mail_domain as d on s.domain = d.domain
),

untagged as (
    select
        account_ix, email_domain, domain, domain_class, is_dotless,
        case when n_kept > 0 then left(local_part, n_kept) else local_part end as local_part
    from tagged
),

dotless as (
    select
        account_ix, email_domain, domain, domain_class,
        case when is_dotless then replace(local_part, '.', '') else local_part end as local_part
    from untagged
),

rooted as (
    select
        account_ix, email_domain, domain, domain_class, local_part,
        regexp_replace(local_part, '[-._+]*[0-9]+[-._+0-9]*$', '') as stem
    from dotless
)

select
    account_ix, email_domain, domain_class,
    local_part || '@' || domain as email_root,
    case
        when stem <> local_part
            and regexp_matches(stem, '[a-z][^a-z]*[a-z][^a-z]*[a-z][^a-z]*[a-z]')
            then stem || '@' || domain
    end as email_stem
from rooted
