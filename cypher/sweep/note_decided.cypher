// Purpose:    let each decision remember whom it is about, before the sweep takes rings away.
// Parameters: none
// Returns:    n (decisions that remember from now on)
// Safe twice: yes
MATCH (decision:Decision)-[:ABOUT]->(about)
WHERE decision.ring_id IS NULL AND decision.account_id IS NULL
SET decision.ring_id = about.ring_id, decision.account_id = about.account_id
RETURN count(*) AS n
