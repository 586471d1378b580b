-- Purpose:    conversations of each account by day and model; the epoch's day is 0.
-- Grain:      (account_ix, day, model_code); model_code is null where no model is named
-- Inputs:     event (account_ix, occurred_at, is_conversation, model_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    account_ix,
    cast(date_diff('day', timestamp '1970-01-01 00:00:00', occurred_at) as integer) as day,
    model_code, cast(count(*) as integer) as n_conversations
from event
where account_ix is not null and is_conversation
group by 1, 2, 3
