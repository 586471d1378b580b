// Title:      3 Who holds an id
// Folder:     3 One account
// Purpose:    an identifier, some accounts that hold it, and their rings.
// Parameters: $identifier_id
// Returns:    nodes and relationships
// Bounded:    40 accounts, those of rings first
MATCH (identifier:Identifier {identifier_id: $identifier_id})<-[used:USED]-(account:Account)
OPTIONAL MATCH (account)-[member:MEMBER_OF]->(ring:Ring)
RETURN identifier, used, account, member, ring
ORDER BY ring IS NULL, used.bits DESC, account.account_id LIMIT 40
