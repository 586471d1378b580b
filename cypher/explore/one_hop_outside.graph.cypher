// Title:      8 One hop outside
// Folder:     2 One ring
// Purpose:    the outsiders that share most, what they share, and two members that hold it too.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    15 outsiders, 3 identifiers each, 2 members per identifier
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(:Account)-[:USED]->(shared:Identifier)
WHERE NOT shared.is_hub AND shared.n_accounts <= 500
WITH DISTINCT ring, shared
MATCH (shared)<-[:USED]-(outside:Account)
WHERE NOT EXISTS { (outside)-[:MEMBER_OF]->(:Ring) }
WITH ring, outside, collect(shared) AS shared
ORDER BY size(shared) DESC, outside.account_id LIMIT 15
UNWIND shared[..3] AS one
MATCH (outside)-[used:USED]->(one)
RETURN outside, used, one,
       COLLECT {
         MATCH tie = (one)<-[:USED]-(:Account)-[:MEMBER_OF]->(ring) RETURN tie LIMIT 2
       } AS ties
