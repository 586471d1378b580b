// Title:      1 Open a ring
// Folder:     2 One ring
// Purpose:    a ring at a glance: what it is, who is sure, its sub-groups by what they share.
// Parameters: $ring_id
// Returns:    section, n_accounts, share, bits, name
// Bounded:    one row for the ring, 3 for roles, 15 sub-groups
// Empty:      no ring with this id is loaded: its tier was left out, or it is gone
MATCH (ring:Ring {ring_id: $ring_id})
CALL (ring) {
  RETURN 'ring' AS section, 0 AS place,
         ring.tier + ', score ' + toString(round(ring.score, 3)) + ', ' + ring.lineage + ': '
           + ring.tier_reason AS name,
         ring.n_accounts AS n_accounts, null AS bits
  UNION ALL
  MATCH (:Account)-[member:MEMBER_OF]->(ring)
  RETURN 'role' AS section, 1 AS place, member.role AS name, count(*) AS n_accounts,
         avg(member.evidence_bits) AS bits
  UNION ALL
  // A sub-group is all members whose strongest evidence is one and the same identifier.
  MATCH (account:Account)-[:MEMBER_OF]->(ring)
  CALL (account) {
    MATCH (account)-[used:USED]->(strongest:Identifier)
    WHERE used.bits > 0
    RETURN strongest, used.bits AS bits
    ORDER BY bits DESC, strongest.identifier_id LIMIT 1
  }
  WITH strongest, count(*) AS n_accounts, avg(bits) AS bits
  ORDER BY n_accounts DESC, strongest.identifier_id LIMIT 15
  RETURN 'sub-group' AS section, 2 AS place,
         strongest.kind + ' ' + coalesce(strongest.label, strongest.identifier_id) AS name,
         n_accounts, bits
}
RETURN section, n_accounts, round(1.0 * n_accounts / ring.n_accounts, 3) AS share,
       round(bits, 2) AS bits, name
ORDER BY place, n_accounts DESC, name
