// Purpose:    note which ring took up the work of an ended one, with new accounts.
// Parameters: $rows    list of {ring, other (elementIds)}
//             $run_id  string
// Returns:    n (rows written)
// Safe twice: yes
UNWIND $rows AS row
MATCH (ring:Ring) WHERE elementId(ring) = row.ring
MATCH (other:Ring) WHERE elementId(other) = row.other
MERGE (ring)-[relation:RESPAWNED_FROM]->(other)
SET relation.run_id = $run_id
RETURN count(*) AS n
