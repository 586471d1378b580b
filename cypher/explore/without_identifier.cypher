// Title:      6 Without one of them
// Folder:     2 One ring
// Purpose:    the members whose evidence would no longer speak for them without one identifier.
// Parameters: $ring_id
//             $identifier_id
// Returns:    account_id, role, bits_now, bits_without
// Bounded:    200 accounts, those that fall furthest first
// Empty:      every member stays without it, or nobody in this ring holds it
MATCH (identifier:Identifier {identifier_id: $identifier_id})<-[used:USED]-(account:Account)
MATCH (account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
WITH account, member, member.evidence_bits - coalesce(used.bits, 0.0) AS bits_without
WHERE bits_without <= 0
RETURN account.account_id AS account_id, member.role AS role,
       round(member.evidence_bits, 2) AS bits_now, round(bits_without, 2) AS bits_without
ORDER BY bits_without, account_id LIMIT 200
