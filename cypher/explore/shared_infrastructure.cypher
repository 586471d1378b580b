// Title:      2 Shared by rings
// Folder:     4 Across rings
// Purpose:    pairs of rings whose members hold the same identifiers.
// Parameters: none
// Returns:    ring_id_l, ring_id_r, n_shared, shared, tier_l, tier_r
// Bounded:    100 pairs; public hubs and identifiers in over 20 rings are left out
// Empty:      no two rings hold the same identifier, hubs and crowds apart
MATCH (shared:Identifier)<-[:USED]-(:Account)-[:MEMBER_OF]->(ring:Ring)
WHERE NOT shared.is_hub
WITH shared, collect(DISTINCT ring) AS rings
WHERE 2 <= size(rings) <= 20
UNWIND rings AS l
UNWIND rings AS r
WITH l, r, shared WHERE l.ring_id < r.ring_id
WITH l, r, count(*) AS n_shared,
     collect(shared.kind + ' ' + coalesce(shared.label, shared.identifier_id))[..3] AS shared
RETURN l.ring_id AS ring_id_l, r.ring_id AS ring_id_r, n_shared, shared,
       l.tier AS tier_l, r.tier AS tier_r
ORDER BY n_shared DESC, ring_id_l, ring_id_r LIMIT 100
