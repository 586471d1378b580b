// Title:      5 Bridges, weak ties
// Folder:     2 One ring
// Purpose:    accounts that alone, or nearly, join two identifiers of a ring; then its weakest members.
// Parameters: $ring_id
// Returns:    what, account_id, joins, n_joining, evidence_bits
// Bounded:    25 bridges between the ring's 40 strongest identifiers, and 25 weakest members
// Empty:      no ring with this id is loaded
CALL () {
  MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(:Account)-[used:USED]->(identifier:Identifier)
  WHERE used.bits > 0 AND NOT identifier.is_hub
  WITH identifier, count(*) AS n_held, sum(used.bits) AS bits
  WHERE n_held > 2
  ORDER BY bits DESC, identifier.identifier_id LIMIT 40
  WITH collect(identifier) AS strongest
  MATCH (l:Identifier)<-[:USED]-(account:Account)-[:USED]->(r:Identifier)
  WHERE l IN strongest AND r IN strongest AND l.identifier_id < r.identifier_id
    AND EXISTS { (account)-[:MEMBER_OF]->(:Ring {ring_id: $ring_id}) }
  WITH l, r, collect(account) AS joining
  WHERE size(joining) <= 2
  UNWIND joining AS account
  MATCH (account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
  WITH account, member, size(joining) AS n_joining,
       coalesce(l.label, l.identifier_id) + ' and ' + coalesce(r.label, r.identifier_id) AS joins
  ORDER BY n_joining, account.account_id, joins LIMIT 25
  RETURN 'bridge' AS what, account.account_id AS account_id, joins, n_joining,
         member.evidence_bits AS evidence_bits
  UNION ALL
  MATCH (account:Account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
  WITH account, member ORDER BY member.evidence_bits, account.account_id LIMIT 25
  RETURN 'weakest' AS what, account.account_id AS account_id, null AS joins, null AS n_joining,
         member.evidence_bits AS evidence_bits
}
RETURN what, account_id, joins, n_joining, round(evidence_bits, 2) AS evidence_bits
