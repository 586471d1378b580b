// Title:      3 What holds it
// Folder:     2 One ring
// Purpose:    the strongest identifiers and the accounts that join two or more of them.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    12 identifiers and 40 accounts
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(:Account)-[used:USED]->(identifier:Identifier)
WHERE used.bits > 0
WITH identifier, sum(used.bits) AS bits
ORDER BY bits DESC, identifier.identifier_id LIMIT 12
WITH collect(identifier) AS strongest
MATCH (:Ring {ring_id: $ring_id})<-[member:MEMBER_OF]-(account:Account)-[used:USED]->(identifier)
WHERE identifier IN strongest
WITH account, member, collect(used) AS uses, collect(identifier) AS identifiers
ORDER BY size(identifiers) DESC, member.confidence DESC, account.account_id LIMIT 40
RETURN account, uses, identifiers
