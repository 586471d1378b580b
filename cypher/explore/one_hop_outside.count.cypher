// Title:      8 One hop outside
// Folder:     2 One ring
// Purpose:    how many accounts outside every ring are one shared identifier away.
// Parameters: $ring_id
// Returns:    n_outside, n_identifiers
// Bounded:    one row
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(:Account)-[:USED]->(shared:Identifier)
WHERE NOT shared.is_hub AND shared.n_accounts <= 500
WITH DISTINCT shared
MATCH (shared)<-[:USED]-(outside:Account)
WHERE NOT EXISTS { (outside)-[:MEMBER_OF]->(:Ring) }
RETURN count(DISTINCT outside) AS n_outside, count(DISTINCT shared) AS n_identifiers
