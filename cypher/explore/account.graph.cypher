// Title:      1 All about an account
// Folder:     3 One account
// Purpose:    an account with its ring, decisions, identifiers and links.
// Parameters: $account_id
// Returns:    nodes and relationships
// Bounded:    30 identifiers by evidence, 15 links, 10 decisions
MATCH (account:Account {account_id: $account_id})
RETURN account,
       COLLECT { MATCH tie = (account)-[:MEMBER_OF]->(:Ring) RETURN tie } AS rings,
       COLLECT {
         MATCH tie = (account)-[used:USED]->(:Identifier)
         RETURN tie ORDER BY coalesce(used.bits, 0.0) DESC LIMIT 30
       } AS uses,
       COLLECT {
         MATCH tie = (account)-[link:LINKED_TO]-(:Account) RETURN tie ORDER BY link.bits DESC LIMIT 15
       } AS links,
       COLLECT {
         MATCH tie = (account)<-[:ABOUT]-(decision:Decision)
         RETURN tie ORDER BY decision.decided_at DESC LIMIT 10
       } AS decisions
