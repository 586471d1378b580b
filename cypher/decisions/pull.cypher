// Purpose:    every decision that a person made, whether its ring is still there or not.
// Parameters: none
// Returns:    decision_id, account_id, ring_id, decision, decided_at, decided_by, note
MATCH (decision:Decision)
OPTIONAL MATCH (decision)-[:ABOUT]->(about)
WITH decision, head(collect(about)) AS about
RETURN decision.decision_id AS decision_id,
       coalesce(about.account_id, decision.account_id) AS account_id,
       coalesce(about.ring_id, decision.ring_id) AS ring_id,
       decision.decision AS decision,
       toString(decision.decided_at) AS decided_at,
       decision.decided_by AS decided_by,
       decision.note AS note
ORDER BY decided_at, decision_id
