-- Purpose:    when each account was active, and with which model, of events that are read.
--             One row per event, uncounted: only members of rings are ever asked for, and to
--             count all accounts by hour and day costs more than everything they need.
-- Grain:      event
-- Inputs:     event (account_ix, occurred_at, is_conversation, model_code)
-- Parameters: none
-- Order:      none, readers count
select
    account_ix,
    cast(date_diff('hour', timestamp '1970-01-01 00:00:00', occurred_at) as integer) as hour,
    model_code, is_conversation
from event
where account_ix is not null
