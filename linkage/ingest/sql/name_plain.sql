-- Purpose:    the text of each shared value: the value itself.
-- Grain:      value
-- Inputs:     shared_value (value)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select distinct value, cast(value as varchar) as text, cast(null as varchar) as network_kind
from shared_value
