// Title:      3 What holds it
// Folder:     2 One ring
// Purpose:    the identifiers that carry a ring's evidence, the share of each, and who falls without.
// Parameters: $ring_id
// Returns:    kind, label, n_in_ring, n_accounts, coverage, bits, share_of_bits, n_falling, identifier_id
// Bounded:    50 rows; shares are of all the evidence
// Empty:      direct links alone hold it, or no ring with this id is loaded
MATCH (ring:Ring {ring_id: $ring_id})<-[member:MEMBER_OF]-(:Account)
      -[used:USED]->(identifier:Identifier)
WHERE used.bits > 0
WITH ring, identifier, count(*) AS n_in_ring, sum(used.bits) AS bits,
     count(CASE WHEN member.evidence_bits - used.bits <= 0 THEN 1 END) AS n_falling
WITH ring, sum(bits) AS all_bits,
     collect({identifier: identifier, n_in_ring: n_in_ring, bits: bits, n_falling: n_falling})
       AS held
UNWIND held AS one
RETURN one.identifier.kind AS kind, one.identifier.label AS label, one.n_in_ring AS n_in_ring,
       one.identifier.n_accounts AS n_accounts,
       round(1.0 * one.n_in_ring / ring.n_accounts, 3) AS coverage, round(one.bits, 1) AS bits,
       round(one.bits / all_bits, 3) AS share_of_bits, one.n_falling AS n_falling,
       one.identifier.identifier_id AS identifier_id
ORDER BY bits DESC, identifier_id LIMIT 50
