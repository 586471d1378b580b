// Title:      2 Members by fifty
// Folder:     2 One ring
// Purpose:    fifty members and what ties each to the ring.
// Parameters: $ring_id
//             $page     0 for the first fifty
// Returns:    nodes and relationships
// Bounded:    50 accounts and the 2 strongest identifiers of each
MATCH (account:Account)-[member:MEMBER_OF]->(ring:Ring {ring_id: $ring_id})
WITH account, member, ring
ORDER BY member.confidence DESC, account.account_id
SKIP 50 * toInteger($page) LIMIT 50
RETURN ring, member, account,
       COLLECT {
         MATCH tie = (account)-[used:USED]->(:Identifier)
         WHERE used.bits > 0
         RETURN tie ORDER BY used.bits DESC LIMIT 2
       } AS ties
