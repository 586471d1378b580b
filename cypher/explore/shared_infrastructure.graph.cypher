// Title:      2 Shared by rings
// Folder:     4 Across rings
// Purpose:    rings, the identifiers they share, and one account each that holds them.
// Parameters: none
// Returns:    nodes and relationships
// Bounded:    20 identifiers, one account for each of at most 5 rings
MATCH (shared:Identifier)<-[:USED]-(account:Account)-[:MEMBER_OF]->(ring:Ring)
WHERE NOT shared.is_hub
WITH shared, ring, min(account.account_id) AS account_id
WITH shared, collect({ring: ring, account_id: account_id}) AS holders
WHERE 2 <= size(holders) <= 20
WITH shared, holders ORDER BY size(holders) DESC, shared.identifier_id LIMIT 20
UNWIND holders[..5] AS holder
MATCH tie = (shared)<-[:USED]-(:Account {account_id: holder.account_id})-[:MEMBER_OF]->(:Ring)
RETURN tie
