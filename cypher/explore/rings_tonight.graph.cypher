// Title:      1 What is new
// Folder:     1 Tonight
// Purpose:    those rings, and the rings they came from or went into.
// Parameters: none
// Returns:    nodes and relationships
// Bounded:    60 rings and 5 others each
MATCH (ring:Ring)
WHERE ring.is_past IS NULL
  AND ring.lineage IN ['new', 'grown', 'merged', 'split', 'respawned']
  AND NOT coalesce(head(COLLECT {
        MATCH (decision:Decision)-[:ABOUT]->(ring)
        RETURN decision.decision ORDER BY decision.decided_at DESC LIMIT 1
      }), '') IN ['benign', 'disputed']
WITH ring ORDER BY ring.score DESC, ring.ring_id LIMIT 60
RETURN ring,
       COLLECT {
         MATCH came = (ring)-[:CONTINUES|MERGED_INTO|SPLIT_FROM|RESPAWNED_FROM]-(:Ring)
         RETURN came LIMIT 5
       } AS came
