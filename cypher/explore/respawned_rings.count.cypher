// Title:      2 Back after a ban
// Folder:     1 Tonight
// Purpose:    how many rings took up an ended ring's work, with how many accounts, per tier.
// Parameters: none
// Returns:    tier, n_rings, n_accounts, n_ended_rings
// Bounded:    one row per tier
MATCH (ring:Ring)-[:RESPAWNED_FROM]->(former:Ring)
WITH ring.tier AS tier, collect(DISTINCT ring) AS rings, count(DISTINCT former) AS n_ended_rings
RETURN tier, size(rings) AS n_rings,
       reduce(n = 0, ring IN rings | n + ring.n_accounts) AS n_accounts, n_ended_rings
ORDER BY n_rings DESC, tier
