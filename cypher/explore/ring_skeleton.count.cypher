// Title:      4 Skeleton
// Folder:     2 One ring
// Purpose:    out of how many members and ties the tree was drawn.
// Parameters: $ring_id
// Returns:    n_accounts, n_ties
// Bounded:    one row
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
RETURN count(account) AS n_accounts,
       sum(COUNT { (account)-[used:USED]->(:Identifier) WHERE used.bits > 0 }
         + COUNT { (account)-[:LINKED_TO]->(:Account)-[:MEMBER_OF]->(ring) }) AS n_ties
