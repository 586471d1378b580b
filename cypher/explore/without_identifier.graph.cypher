// Title:      6 Without one of them
// Folder:     2 One ring
// Purpose:    an identifier, members that it alone holds, and what little else ties them.
// Parameters: $ring_id
//             $identifier_id
// Returns:    nodes and relationships
// Bounded:    40 accounts and 2 other identifiers each
MATCH (identifier:Identifier {identifier_id: $identifier_id})<-[used:USED]-(account:Account)
MATCH (account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
WITH identifier, used, account, member.evidence_bits - coalesce(used.bits, 0.0) AS bits_without
WHERE bits_without <= 0
WITH identifier, used, account ORDER BY bits_without, account.account_id LIMIT 40
RETURN identifier, used, account,
       COLLECT {
         MATCH tie = (account)-[other:USED]->(one:Identifier)
         WHERE other.bits > 0 AND one <> identifier
         RETURN tie ORDER BY other.bits DESC LIMIT 2
       } AS ties
