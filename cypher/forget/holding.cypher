// Purpose:    count some accounts out of the identifiers that they held.
// Parameters: $accounts  list of account ids
// Returns:    n (holdings)
// Safe twice: yes, with account.cypher in one transaction
UNWIND $accounts AS account_id
MATCH (:Account {account_id: account_id})-[:USED]->(identifier:Identifier)
SET identifier.n_accounts = identifier.n_accounts - 1
RETURN count(*) AS n
