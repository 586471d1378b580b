// Title:      2 Back after a ban
// Folder:     1 Tonight
// Purpose:    rings that took up the work of an ended ring with new accounts, and by what they are known.
// Parameters: none
// Returns:    ring_id, tier, n_accounts, came_from, n_before, days_between, same_means, n_ended
// Bounded:    100 rings, strongest first; 5 of a ring's 50 heaviest identifiers
// Empty:      no ring of the last run took up an ended one's work
MATCH (ring:Ring)-[:RESPAWNED_FROM]->(former:Ring)
WITH ring, former ORDER BY ring.score DESC, ring.ring_id LIMIT 100
CALL (ring, former) {
  MATCH (ring)<-[:MEMBER_OF]-(:Account)-[used:USED]->(means:Identifier)
  WHERE used.bits > 0 AND NOT means.is_hub
  WITH ring, former, means, sum(used.bits) AS bits
  ORDER BY bits DESC, means.identifier_id LIMIT 50
  MATCH (means)<-[:USED]-(ended:Account)
  WHERE NOT (ended)-[:MEMBER_OF]->(ring)
    AND (toLower(ended.status) IN ['banned', 'suspended', 'disabled']
         OR (ended)-[:MEMBER_OF]->(former))
  WITH means, bits, collect(DISTINCT ended) AS ended
  ORDER BY bits DESC, means.identifier_id
  UNWIND ended AS one
  RETURN collect(DISTINCT means.kind + ' ' + coalesce(means.label, means.identifier_id))[..5]
           AS same_means,
         count(DISTINCT one) AS n_ended
}
RETURN ring.ring_id AS ring_id, ring.tier AS tier, ring.n_accounts AS n_accounts,
       former.ring_id AS came_from, former.n_accounts AS n_before,
       duration.inDays(former.last_event_at, ring.first_created_at).days AS days_between,
       same_means, n_ended
ORDER BY ring.score DESC, ring_id
