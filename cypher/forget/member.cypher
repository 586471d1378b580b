// Purpose:    count some accounts out of their rings.
// Parameters: $accounts  list of account ids
// Returns:    n (memberships)
// Safe twice: yes, with account.cypher in one transaction
UNWIND $accounts AS account_id
MATCH (:Account {account_id: account_id})-[member:MEMBER_OF]->(ring:Ring)
SET ring.n_accounts = ring.n_accounts - 1,
    ring.n_core = ring.n_core - CASE member.role WHEN 'core' THEN 1 ELSE 0 END
RETURN count(*) AS n
