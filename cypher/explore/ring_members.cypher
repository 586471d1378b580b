// Title:      2 Members by fifty
// Folder:     2 One ring
// Purpose:    the members of a ring, surest first, a page at a time.
// Parameters: $ring_id
//             $page     0 for the first fifty
// Returns:    account_id, role, tier, confidence, evidence_bits, since, reason_codes
// Bounded:    50 rows
// Empty:      this page is past the last member, or no ring with this id is loaded
MATCH (account:Account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
RETURN account.account_id AS account_id, member.role AS role, member.tier AS tier,
       round(member.confidence, 3) AS confidence, round(member.evidence_bits, 2) AS evidence_bits,
       member.since AS since, member.reason_codes AS reason_codes
ORDER BY confidence DESC, account_id
SKIP 50 * toInteger($page) LIMIT 50
