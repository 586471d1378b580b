-- Purpose:    members of the chosen rings, with what their evidence starts from.
-- Grain:      account_ix
-- Inputs:     member_row, evidence_row (members and evidence .parquet), account_row, loaded_ring
-- Parameters: none
-- Order:      by grain
with

told as (
    select
        ring_id, account_id,
        sum(case when kind = 'prior' then bits else 0 end) as prior_bits,
        sum(case when kind = 'absence' then bits else 0 end) as absence_bits,
        min(first_seen_at) as since
    from evidence_row
    group by ring_id, account_id
)

select
    a.account_ix, r.ix as ring_ix, m.ring_id, m.account_id, m.confidence, m.role, m.tier,
    m.reason_codes, m.evidence_bits, round(t.prior_bits, 6) as prior_bits,
    round(t.absence_bits, 6) as absence_bits, m.stability, t.since
from member_row as m
inner join loaded_ring as r on m.ring_id = r.ring_id
inner join account_row as a on m.account_id = a.account_id
left join told as t on m.ring_id = t.ring_id and m.account_id = t.account_id
order by account_ix
