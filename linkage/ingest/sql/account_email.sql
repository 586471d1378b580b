-- Purpose:    mailboxes in normal form: the root that all aliases of a mailbox share, and its stem.
-- Grain:      account_ix
-- Inputs:     account_row (account_id, email), account_key, mail_domain (domain, canonical, is_dotless, tag, domain_class)
-- Parameters: none
-- Order:      none, the table is an intermediate one
with

split as (
    select
        k.account_ix,
        regexp_replace(a.email, '@[^@]*$', '') as local_part,
        rtrim(regexp_extract(a.email, '@([^@]*)$', 1), '.') as domain
    from account_row as a
    inner join account_key as k on a.account_id = k.account_id
    where
        k.account_ix is not null
        and regexp_matches(a.email, '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+[.]?$')
),

untagged as (
    select
        s.account_ix,
        s.domain as email_domain,
        coalesce(d.canonical, s.domain) as domain,
        coalesce(d.domain_class, 'other') as domain_class,
        coalesce(d.is_dotless, false) as is_dotless,
        case
            when d.tag = '+' then regexp_replace(s.local_part, '(.)[+].*$', '\1')
            when d.tag = '-' then regexp_replace(s.local_part, '(.)[-].*$', '\1')
            else s.local_part
        end as local_part
    from split as s
    left join mail_domain as d on s.domain = d.domain
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
        when stem <> local_part and length(regexp_replace(stem, '[^a-z]', '', 'g')) >= 4
            then stem || '@' || domain
    end as email_stem
from rooted
