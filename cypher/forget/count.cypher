// Purpose:    how much the graph holds about some accounts.
// Parameters: $accounts  list of account ids
// Returns:    n_accounts, n_decisions, n_identifiers (accounts that stand as an identifier)
// Safe twice: yes
RETURN COUNT { MATCH (account:Account) WHERE account.account_id IN $accounts } AS n_accounts,
       COUNT {
         MATCH (decision:Decision)
         WHERE decision.account_id IN $accounts
            OR EXISTS { (decision)-[:ABOUT]->(about:Account) WHERE about.account_id IN $accounts }
       } AS n_decisions,
       COUNT {
         MATCH (identifier:Other)
         WHERE identifier.identifier_id STARTS WITH identifier.kind + ':'
           AND substring(identifier.identifier_id, size(identifier.kind) + 1) IN $accounts
       } AS n_identifiers
