// Title:      3 What was decided
// Folder:     5 Decide
// Purpose:    every decision that a person made, the latest first.
// Parameters: none
// Returns:    decided_at, decided_by, decision, about, note, is_latest
// Bounded:    200 decisions
// Empty:      nobody has decided anything yet
MATCH (decision:Decision)-[:ABOUT]->(about)
WITH decision, about ORDER BY decision.decided_at DESC LIMIT 200
RETURN decision.decided_at AS decided_at, decision.decided_by AS decided_by,
       decision.decision AS decision, coalesce(about.ring_id, about.account_id) AS about,
       decision.note AS note,
       NOT EXISTS {
         MATCH (later:Decision)-[:ABOUT]->(about) WHERE later.decided_at > decision.decided_at
       } AS is_latest
ORDER BY decided_at DESC, about
