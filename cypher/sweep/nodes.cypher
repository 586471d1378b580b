// Purpose:    delete nodes of earlier runs, a batch at a time; runs and decisions stay.
// Parameters: $run_id   string, the run that stays
//             $n_rows   most nodes to delete at once
// Returns:    n (nodes deleted; 0 when none is left)
// Safe twice: yes
MATCH (node:Account|Identifier|Ring)
WHERE node.run_id <> $run_id
WITH node LIMIT $n_rows
DETACH DELETE node
RETURN count(*) AS n
