-- Purpose:    payments with their accounts.
-- Grain:      payment
-- Inputs:     raw_payments, account_key
-- Parameters: $as_of      instant after which nothing counts; null for none
-- Order:      none, the table is an intermediate one
select
    k.account_ix, trim(p.instrument_id) as instrument_id,
    regexp_replace(p.bin, '[^0-9]', '', 'g') as bin, p.paid_at
from raw_payments as p
inner join account_key as k on p.account_id = k.account_id
where
    p.fault is null and not k.is_left_out
    and (p.paid_at is null or $as_of is null or p.paid_at <= cast($as_of as timestamp))
