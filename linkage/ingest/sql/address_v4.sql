-- Purpose:    IPv4 addresses as numbers.
-- Grain:      ip_code
-- Inputs:     address_text (ip_code, ip)
-- Parameters: none
-- Order:      none, the table is an intermediate one
select
    ip_code,
    cast(split_part(ip, '.', 1) as bigint) * 16777216
    + cast(split_part(ip, '.', 2) as bigint) * 65536
    + cast(split_part(ip, '.', 3) as bigint) * 256
    + cast(split_part(ip, '.', 4) as bigint) as number
from address_text
where regexp_matches(
    ip, '^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$'
)
