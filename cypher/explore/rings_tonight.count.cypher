// Title:      1 What is new
// Folder:     1 Tonight
// Purpose:    how many rings of the last run are new, grown, merged, split, respawned or neither.
// Parameters: none
// Returns:    lineage, n_rings, n_accounts
// Bounded:    one row per lineage
MATCH (ring:Ring)
WHERE ring.is_past IS NULL
RETURN ring.lineage AS lineage, count(*) AS n_rings, sum(ring.n_accounts) AS n_accounts
ORDER BY n_rings DESC, lineage
