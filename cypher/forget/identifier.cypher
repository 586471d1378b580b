// Purpose:    delete the identifiers of some accounts that nobody else holds.
// Parameters: $accounts  list of account ids
// Returns:    n (identifiers deleted)
// Safe twice: yes
UNWIND $accounts AS account_id
MATCH (:Account {account_id: account_id})-[:USED]->(identifier:Identifier)
WHERE identifier.n_accounts <= size($accounts) AND NOT EXISTS {
  (identifier)<-[:USED]-(other:Account) WHERE NOT other.account_id IN $accounts
}
WITH DISTINCT identifier
DETACH DELETE identifier
RETURN count(*) AS n
