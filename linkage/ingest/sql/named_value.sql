-- Purpose:    shared values of a kind with their keyed hash and a label for people.
-- Grain:      (value, tenancy)
-- Inputs:     shared_value, named (value, text, network_kind), hub (kind, value, category), placeholder (kind, value)
-- Parameters: $kind       kind of identifier
--             $key        secret key, in hexadecimal
--             $labels     whether to keep labels
-- Order:      none, the table is an intermediate one
with

spelt as (
    select
        s.value, s.tenancy, s.n_accounts, n.text, n.network_kind,
        case
            when s.n_tenancies > 1 then n.text || '#' || cast(s.tenancy as varchar)
            else n.text
        end as tenant_text,
        case
            when s.n_tenancies > 1
                then ' (' || coalesce(strftime(s.first_seen_at, '%Y-%m-%d'), '?') || ' to '
                    || coalesce(strftime(s.last_seen_at, '%Y-%m-%d'), '?') || ')'
            else ''
        end as span
    from shared_value as s
    inner join named as n on s.value = n.value
    where s.n_accounts >= 2
),

public as (
    select value, min(coalesce(category, 'hub')) as hub_category
    from hub
    where kind is null or kind = $kind
    group by value
),

hashed as (
    select
        s.value, s.tenancy, s.n_accounts, s.text, s.span, s.network_kind, h.hub_category,
        left(sha256($key || sha256($key || $kind || chr(31) || s.tenant_text)), 32)
            as identifier_id,
        p.value is not null
        or regexp_matches(lower(s.text), '^(0x)?[-:.0]+$|^f[-:.f]*$|^x+$')
        or $kind in ('phone', 'card')
        and regexp_matches(s.text, '^(1+|2+|3+|4+|5+|6+|7+|8+|9+)$') as is_placeholder
    from spelt as s
    left join public as h on s.text = h.value
    left join placeholder as p
        on lower(trim(s.text)) = p.value and (p.kind = '' or p.kind = $kind)
)

select
    value, tenancy, identifier_id, n_accounts, network_kind, hub_category, is_placeholder,
    case
        when not $labels then null
        when is_placeholder then text
        when
            $kind in (
                'prompt_template', 'prompt_copy', 'prompt_opening', 'prompt_closing',
                'system_prompt'
            )
            then 'template ' || left(identifier_id, 6)
        when $kind = 'kit' then 'kit ' || left(identifier_id, 6)
        when $kind = 'prompt_shape' then 'shape ' || left(identifier_id, 6)
        when $kind = 'prompt_order' then 'step ' || left(identifier_id, 6)
        when $kind = 'prompt_clock' then 'minutes ' || left(identifier_id, 6)
        when $kind in ('card', 'phone') then '…' || right(text, 4)
        when $kind in ('email_root', 'email_stem')
            then regexp_replace(text, '^(.{1,2}).*@', '\1…@')
        when $kind = 'user_agent' then left(text, 120)
        when $kind in ('ip', 'ip_24', 'ip6_64', 'ip6_48', 'bin', 'email_domain', 'signup_burst')
            then text || span
        when length(text) > 20 then left(text, 8) || '…' || right(text, 4) || span
        else text || span
    end as label
from hashed
