// Title:      1 All about an account
// Folder:     3 One account
// Purpose:    how much is known about an account.
// Parameters: $account_id
// Returns:    n_identifiers, n_hubs, n_links, n_decisions
// Bounded:    one row
MATCH (account:Account {account_id: $account_id})
RETURN COUNT { (account)-[:USED]->(:Identifier) } AS n_identifiers,
       COUNT { (account)-[:USED]->(hub:Identifier) WHERE hub.is_hub } AS n_hubs,
       COUNT { (account)-[:LINKED_TO]-(:Account) } AS n_links,
       COUNT { (account)<-[:ABOUT]-(:Decision) } AS n_decisions
