// Purpose:    note which ring goes on from which.
// Parameters: $rows    list of {ring, other (elementIds)}
//             $run_id  string
// Returns:    n (rows written)
// Safe twice: yes
UNWIND $rows AS row
MATCH (ring:Ring) WHERE elementId(ring) = row.ring
MATCH (other:Ring) WHERE elementId(other) = row.other
MERGE (ring)-[relation:CONTINUES]->(other)
SET relation.run_id = $run_id
RETURN count(*) AS n
