// Title:      3 Who holds an id
// Folder:     3 One account
// Purpose:    how many accounts hold an identifier, in which rings.
// Parameters: $identifier_id
// Returns:    ring_id, n_accounts
// Bounded:    50 rings; the row without a ring counts all others
MATCH (identifier:Identifier {identifier_id: $identifier_id})<-[:USED]-(account:Account)
OPTIONAL MATCH (account)-[:MEMBER_OF]->(ring:Ring)
RETURN ring.ring_id AS ring_id, count(*) AS n_accounts
ORDER BY n_accounts DESC, ring_id LIMIT 50
