-- Purpose:    templates that more than one account holds, and how many do.
-- Grain:      template_code
-- Inputs:     prompt_held (template_code, account_ix)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select template_code, count(*) as n_accounts
from prompt_held
group by template_code
having count(*) >= 2
