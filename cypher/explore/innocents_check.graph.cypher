// Title:      7 Could it be innocent
// Folder:     2 One ring
// Purpose:    members with a verified organisation, and what ties them to the ring.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    30 members and 2 identifiers each
MATCH (account:Account)-[member:MEMBER_OF]->(ring:Ring {ring_id: $ring_id})
WHERE account.organization IS NOT NULL
WITH ring, account, member ORDER BY account.organization, account.account_id LIMIT 30
RETURN ring, member, account,
       COLLECT {
         MATCH tie = (account)-[used:USED]->(:Identifier)
         WHERE used.bits > 0
         RETURN tie ORDER BY used.bits DESC LIMIT 2
       } AS ties
