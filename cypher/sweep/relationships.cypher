// Purpose:    delete relationships of earlier runs, a batch at a time.
// Parameters: $run_id   string, the run that stays
//             $n_rows   most relationships to delete at once
// Returns:    n (relationships deleted; 0 when none is left)
// Safe twice: yes
MATCH ()-[relation:USED|LINKED_TO|MEMBER_OF|
           CONTINUES|MERGED_INTO|SPLIT_FROM|RESPAWNED_FROM]->()
WHERE relation.run_id <> $run_id
WITH relation LIMIT $n_rows
DELETE relation
RETURN count(*) AS n
