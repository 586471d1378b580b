-- Purpose:    prompts worth a look at their meaning: of a template that is no other account's, of
--             accounts that weaker evidence brings near: they send prompts of one structure, which
--             from 2 to $most accounts share, or $n_built long prompts and more that are built of
--             many parts, as a work list is.
-- Grain:      (account_ix, place): at most $n_each prompts an account, each skeleton once
-- Inputs:     prompt, template (code, template_code), prompt_held (template_code, account_ix)
-- Parameters: $n_each     prompts of an account
--             $most       accounts that a structure may have
--             $n_built    such prompts of an account
-- Order:      none, the table is an intermediate one
with

held as (
    select template_code
    from prompt_held
    group by template_code
    having min(account_ix) < max(account_ix)
),

lone as (
    select p.account_ix, p.prompt_code, p.shape_code, min(p.occurred_at) as occurred_at
    from prompt as p
    left join template as t on p.prompt_code = t.code
    anti join held as h on coalesce(t.template_code, p.prompt_code) = h.template_code
    where p.prompt_code is not null and p.shape_code is not null
    group by p.account_ix, p.prompt_code, p.shape_code
),

built_alike as (
    select shape_code
    from lone
    group by shape_code
    having count(distinct account_ix) between 2 and $most
),

working as (
    select account_ix
    from lone
    group by account_ix
    having count(*) >= $n_built
),

numbered as (
    select
        l.account_ix, l.prompt_code, l.occurred_at,
        row_number() over (partition by l.account_ix order by l.prompt_code, l.occurred_at)
            as place
    from lone as l
    left join built_alike as b on l.shape_code = b.shape_code
    left join working as w on l.account_ix = w.account_ix
    where b.shape_code is not null or w.account_ix is not null
)

select account_ix, prompt_code, occurred_at, place
from numbered
where place <= $n_each
