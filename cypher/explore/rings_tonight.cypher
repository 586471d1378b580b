// Title:      1 What is new
// Folder:     1 Tonight
// Purpose:    rings of the last run that are new, grown, merged, split or respawned.
// Parameters: none
// Returns:    lineage, ring_id, tier, n_accounts, score, other_rings, capability_profile, tier_reason
// Bounded:    200 rings, strongest first; rings decided benign or disputed are left out
// Empty:      no ring is new or changed, but for those decided benign or disputed
MATCH (ring:Ring)
WHERE ring.is_past IS NULL
  AND ring.lineage IN ['new', 'grown', 'merged', 'split', 'respawned']
  AND NOT coalesce(head(COLLECT {
        MATCH (decision:Decision)-[:ABOUT]->(ring)
        RETURN decision.decision ORDER BY decision.decided_at DESC LIMIT 1
      }), '') IN ['benign', 'disputed']
WITH ring ORDER BY ring.score DESC, ring.ring_id LIMIT 200
RETURN ring.lineage AS lineage, ring.ring_id AS ring_id, ring.tier AS tier,
       ring.n_accounts AS n_accounts, round(ring.score, 3) AS score,
       COLLECT {
         MATCH (ring)-[:CONTINUES|MERGED_INTO|SPLIT_FROM|RESPAWNED_FROM]-(other:Ring)
         RETURN other.ring_id ORDER BY other.ring_id LIMIT 5
       } AS other_rings,
       ring.capability_profile AS capability_profile, ring.tier_reason AS tier_reason
ORDER BY score DESC, ring_id
