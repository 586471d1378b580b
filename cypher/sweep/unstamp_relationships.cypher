// Purpose:    take back the stamps of another part of the same run, so that it is swept.
// Parameters: $run_id   string
//             $stamp    string, what stands there instead
//             $n_rows   most relationships at once
// Returns:    n (relationships changed; 0 when none is left)
// Safe twice: yes
MATCH ()-[relation:USED|LINKED_TO|MEMBER_OF|
           CONTINUES|MERGED_INTO|SPLIT_FROM|RESPAWNED_FROM]->()
WHERE relation.run_id = $run_id
WITH relation LIMIT $n_rows
SET relation.run_id = $stamp
RETURN count(*) AS n
