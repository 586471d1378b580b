-- Purpose:    models that events name, with the day on which anyone first used each.
-- Grain:      model_code
-- Inputs:     activity (hour, model_code, is_conversation), event_text (model, model_code)
-- Parameters: none
-- Order:      by name
with

first_used as (
    select model_code, min(hour) // 24 as first_day
    from activity
    where model_code is not null and is_conversation
    group by model_code
),

-- Grouped by text and not by number: the dictionaries of Parquet say it at once.
written as (
    select model, min(model_code) as model_code
    from event_text
    group by model
),

named as (
    select model_code, min(model) as model
    from written
    where model_code is not null
    group by model_code
)

select f.model_code, n.model, f.first_day
from first_used as f
inner join named as n on f.model_code = n.model_code
order by n.model
