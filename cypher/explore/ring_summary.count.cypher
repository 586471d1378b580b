// Title:      1 Open a ring
// Folder:     2 One ring
// Purpose:    how much of the ring the picture leaves out.
// Parameters: $ring_id
// Returns:    n_accounts, n_identifiers, n_uses
// Bounded:    one row
MATCH (ring:Ring {ring_id: $ring_id})
OPTIONAL MATCH (ring)<-[:MEMBER_OF]-(account:Account)-[used:USED]->(identifier:Identifier)
WHERE used.bits > 0
RETURN ring.n_accounts AS n_accounts, count(DISTINCT identifier) AS n_identifiers,
       count(used) AS n_uses
