-- Purpose:    numbers of prompts whose events do not count tonight: of unknown or left out accounts,
--             from a malformed address, or too late.
-- Grain:      event and number
-- Inputs:     read_prompt (account_code, occurred_at, ip_code, has_prompt, prompt_code, system_code), account_code, address (ip_code, version)
-- Parameters: $as_of
-- Order:      none, the table is an intermediate one
with

malformed as (
    select ip_code from address where version is null
),

left_out as (
    select e.prompt_code, e.system_code
    from read_prompt as e
    left join account_code as k on e.account_code = k.account_code
    left join malformed as m on e.ip_code = m.ip_code
    where
        e.has_prompt and (
            k.account_code is null or k.is_left_out or m.ip_code is not null
            or e.occurred_at is null or e.occurred_at > cast($as_of as timestamp)
        )
)

select prompt_code as code from left_out where prompt_code is not null
union all
select system_code as code from left_out where system_code is not null
