// Purpose:    take back the stamps of another part of the same run, so that it is swept.
// Parameters: $run_id   string
//             $stamp    string, what stands there instead
//             $n_rows   most nodes at once
// Returns:    n (nodes changed; 0 when none is left)
// Safe twice: yes
MATCH (node:Account|Identifier|Ring)
WHERE node.run_id = $run_id
WITH node LIMIT $n_rows
SET node.run_id = $stamp
RETURN count(*) AS n
