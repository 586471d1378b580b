// Title:      3 Crowded addresses
// Folder:     4 Across rings
// Purpose:    the most crowded addresses, four flagged accounts of each, and their rings.
// Parameters: none
// Returns:    nodes and relationships
// Bounded:    10 addresses and 4 accounts each
MATCH (address:IP|Network)<-[:USED]-(account:Account)-[member:MEMBER_OF]->(:Ring)
WHERE member.tier <> 'benign'
WITH address, count(DISTINCT account) AS n_flagged
WHERE n_flagged >= 10
WITH address ORDER BY n_flagged DESC, address.identifier_id LIMIT 10
RETURN address,
       COLLECT {
         MATCH tie = (address)<-[:USED]-(:Account)-[member:MEMBER_OF]->(:Ring)
         WHERE member.tier <> 'benign'
         RETURN tie ORDER BY member.confidence DESC LIMIT 4
       } AS ties
