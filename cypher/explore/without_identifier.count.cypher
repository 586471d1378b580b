// Title:      6 Without one of them
// Folder:     2 One ring
// Purpose:    how many members hold an identifier, and how many of them would go without it.
// Parameters: $ring_id
//             $identifier_id
// Returns:    n_in_ring, n_holding, n_falling, n_left
// Bounded:    one row
MATCH (ring:Ring {ring_id: $ring_id})
OPTIONAL MATCH (ring)<-[member:MEMBER_OF]-(:Account)
               -[used:USED]->(:Identifier {identifier_id: $identifier_id})
WITH ring, count(used) AS n_holding,
     count(CASE WHEN member.evidence_bits - coalesce(used.bits, 0.0) <= 0 THEN 1 END) AS n_falling
RETURN ring.n_accounts AS n_in_ring, n_holding, n_falling, ring.n_accounts - n_falling AS n_left
