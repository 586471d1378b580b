// Title:      1 Open a ring
// Folder:     2 One ring
// Purpose:    a ring drawn small: its strongest identifiers, and three sure members of each.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    the ring, 12 identifiers, 3 accounts each: 49 nodes, whatever the ring's size
MATCH (ring:Ring {ring_id: $ring_id})
CALL (ring) {
  MATCH (ring)<-[:MEMBER_OF]-(:Account)-[used:USED]->(identifier:Identifier)
  WHERE used.bits > 0
  WITH identifier, sum(used.bits) AS bits
  ORDER BY bits DESC, identifier.identifier_id LIMIT 12
  RETURN identifier
}
CALL (ring, identifier) {
  MATCH (ring)<-[member:MEMBER_OF]-(account:Account)-[used:USED]->(identifier)
  WITH member, account, used
  ORDER BY member.confidence DESC, account.account_id LIMIT 3
  RETURN collect(account) AS accounts, collect(used) AS uses, collect(member) AS members
}
RETURN ring, identifier, accounts, uses, members
