-- Purpose:    when each account was active, and with which model; hours count from the epoch.
-- Grain:      event, or sum of events
-- Inputs:     activity_event, activity_summed (account_ix, hour, model_code, is_conversation, n_events)
-- Parameters: none
-- Order:      none, readers add up
select account_ix, hour, model_code, is_conversation, 1 as n_events
from activity_event
union all
select account_ix, hour, model_code, is_conversation, n_events
from activity_summed
