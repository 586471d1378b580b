// Purpose:    delete some accounts with all their relationships.
// Parameters: $accounts  list of account ids
// Returns:    n (accounts deleted)
// Safe twice: yes
UNWIND $accounts AS account_id
MATCH (account:Account {account_id: account_id})
DETACH DELETE account
RETURN count(*) AS n
