-- Purpose:    spellings that are not plain IPv4.
-- Grain:      ip_code
-- Inputs:     address_text (ip_code, ip), address_v4 (ip_code)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select t.ip_code, t.ip
from address_text as t
anti join address_v4 as v on t.ip_code = v.ip_code
