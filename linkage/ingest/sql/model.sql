-- Purpose:    models that events name, with the day on which anyone first used each.
-- Grain:      model_code
-- Inputs:     model_day (day, model_code), event_text (model, model_code)
-- Parameters: none
-- Order:      by name
with

first_used as (
    select model_code, min(day) as first_day
    from model_day
    where model_code is not null
    group by model_code
),

named as (
    select model_code, min(model) as model
    from event_text
    where model_code is not null
    group by model_code
)

select f.model_code, n.model, f.first_day
from first_used as f
inner join named as n on f.model_code = n.model_code
order by n.model
