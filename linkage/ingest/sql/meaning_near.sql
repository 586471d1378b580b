-- Purpose:    prompts worth a look at their meaning: of a template too few accounts hold to link them, of
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

-- Those link by themselves, see prompt_template.
held as (
    select template_code
    from prompt_held
    group by template_code
    having count(*) >= 10
),

rare as (
    select
        p.account_ix, p.prompt_code, p.shape_code,
        coalesce(t.template_code, p.prompt_code) as template_code,
        min(p.occurred_at) as occurred_at
    from prompt as p
    left join template as t on p.prompt_code = t.code
    anti join held as h on coalesce(t.template_code, p.prompt_code) = h.template_code
    where p.prompt_code is not null and p.shape_code is not null
    group by p.account_ix, p.prompt_code, p.shape_code, t.template_code
),

built_alike as (
    select shape_code
    from rare
    group by shape_code
    having count(distinct account_ix) between 2 and $most
),

working as (
    select account_ix
    from rare
    group by account_ix
    having count(*) >= $n_built
),

numbered as (
    select
        r.account_ix, r.prompt_code, r.template_code, r.occurred_at,
        row_number() over (partition by r.account_ix order by r.prompt_code, r.occurred_at)
            as place
    from rare as r
    left join built_alike as b on r.shape_code = b.shape_code
    left join working as w on r.account_ix = w.account_ix
    where b.shape_code is not null or w.account_ix is not null
)

select account_ix, prompt_code, template_code, occurred_at, place
from numbered
where place <= $n_each
