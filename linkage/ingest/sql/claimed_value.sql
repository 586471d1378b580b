-- Purpose:    every value of a kind, with its lowest and highest holder.
-- Grain:      value
-- Inputs:     claim (account_ix, value)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select value, min(account_ix) as account_ix_min, max(account_ix) as account_ix_max
from claim
group by value
