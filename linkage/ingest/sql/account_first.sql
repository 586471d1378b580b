-- Purpose:    where the row that counts for each account stands: the first of all, or of the last
--             file that has one where files overlap.
-- Grain:      account_id
-- Inputs:     account_in_file (account_id, file_ix, row_no)
-- Parameters: $overlapping  whether a later file's row replaces an earlier one's
-- Order:      none, the table is an intermediate one
select
    account_id,
    case
        when $overlapping then max(file_ix * 1000000000000 + row_no)
        else min(file_ix * 1000000000000 + row_no)
    end as place
from account_in_file
group by account_id
