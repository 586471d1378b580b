// Purpose:    bring decisions back to rings that are in the graph again.
// Parameters: none
// Returns:    n (decisions that found their ring)
// Safe twice: yes
MATCH (decision:Decision) WHERE decision.ring_id IS NOT NULL AND NOT (decision)-[:ABOUT]->()
MATCH (ring:Ring {ring_id: decision.ring_id})
MERGE (decision)-[:ABOUT]->(ring)
RETURN count(*) AS n
