// Title:      5 Bridges, weak ties
// Folder:     2 One ring
// Purpose:    how the members' evidence is spread, in steps of five bits.
// Parameters: $ring_id
// Returns:    bits_from, n_accounts
// Bounded:    one row per step
MATCH (:Account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
RETURN 5 * toInteger(floor(member.evidence_bits / 5)) AS bits_from, count(*) AS n_accounts
ORDER BY bits_from
