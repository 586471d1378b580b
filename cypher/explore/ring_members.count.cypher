// Title:      2 Members by fifty
// Folder:     2 One ring
// Purpose:    how many members a ring has, by role and tier.
// Parameters: $ring_id
// Returns:    role, tier, n_accounts
// Bounded:    one row per role and tier
MATCH (:Account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
RETURN member.role AS role, member.tier AS tier, count(*) AS n_accounts
ORDER BY n_accounts DESC, role, tier
