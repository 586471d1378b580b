// Purpose:    create or refresh one MEMBER_OF per row.
// Parameters: $rows    list of {account, ring (elementIds), confidence, role, tier, reason_codes,
//                      evidence_bits, prior_bits, absence_bits, stability,
//                      since}; instants in microseconds from the year 1
//             $run_id  string
// Returns:    n (rows written)
// Safe twice: yes
UNWIND $rows AS row
MATCH (account:Account) WHERE elementId(account) = row.account
MATCH (ring:Ring) WHERE elementId(ring) = row.ring
MERGE (account)-[member:MEMBER_OF]->(ring)
SET member.confidence    = row.confidence,
    member.role          = row.role,
    member.tier          = row.tier,
    member.reason_codes  = row.reason_codes,
    member.evidence_bits = row.evidence_bits,
    member.prior_bits    = row.prior_bits,
    member.absence_bits  = row.absence_bits,
    member.stability     = row.stability,
    member.since         = CASE WHEN row.since IS NOT NULL THEN datetime.fromepoch(
      row.since / 1000000 - 62135596800, row.since % 1000000 * 1000) END,
    member.run_id        = $run_id
RETURN count(*) AS n
