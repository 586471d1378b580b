// Title:      1 Near enforced ones
// Folder:     4 Across rings
// Purpose:    those neighbours, what they share, and two enforced accounts that hold it too.
// Parameters: none
// Returns:    nodes and relationships
// Bounded:    15 neighbours, 2 identifiers each, 2 enforced accounts per identifier
MATCH (:Ring)<-[:MEMBER_OF {tier: 'enforce'}]-(:Account)-[:USED]->(shared:Identifier)
WHERE NOT shared.is_hub AND shared.n_accounts <= 500
WITH DISTINCT shared
MATCH (shared)<-[:USED]-(near:Account)
WHERE NOT EXISTS { (near)-[:MEMBER_OF {tier: 'enforce'}]->(:Ring) }
WITH near, collect(shared) AS shared
ORDER BY size(shared) DESC, near.account_id LIMIT 15
UNWIND shared[..2] AS one
MATCH (near)-[used:USED]->(one)
RETURN near, used, one,
       COLLECT {
         MATCH tie = (one)<-[:USED]-(:Account)-[:MEMBER_OF {tier: 'enforce'}]->(:Ring)
         RETURN tie LIMIT 2
       } AS ties
