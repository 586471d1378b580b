// Purpose:    bring decisions back to accounts that are in the graph again.
// Parameters: none
// Returns:    n (decisions that found their account)
// Safe twice: yes
MATCH (decision:Decision) WHERE decision.account_id IS NOT NULL AND NOT (decision)-[:ABOUT]->()
MATCH (account:Account {account_id: decision.account_id})
MERGE (decision)-[:ABOUT]->(account)
RETURN count(*) AS n
