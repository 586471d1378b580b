// Purpose:    delete what people decided about some accounts.
// Parameters: $accounts  list of account ids
// Returns:    n (decisions deleted)
// Safe twice: yes
MATCH (decision:Decision)
WHERE decision.account_id IN $accounts
   OR EXISTS { (decision)-[:ABOUT]->(about:Account) WHERE about.account_id IN $accounts }
DETACH DELETE decision
RETURN count(*) AS n
