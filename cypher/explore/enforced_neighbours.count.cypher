// Title:      1 Near enforced ones
// Folder:     4 Across rings
// Purpose:    how many accounts are enforced, and how many neighbours they have.
// Parameters: none
// Returns:    n_enforced, n_neighbours
// Bounded:    one row
CALL () {
  MATCH (enforced:Account)-[:MEMBER_OF {tier: 'enforce'}]->(:Ring)
  RETURN count(DISTINCT enforced) AS n_enforced
}
CALL () {
  MATCH (:Ring)<-[:MEMBER_OF {tier: 'enforce'}]-(:Account)-[:USED]->(shared:Identifier)
  WHERE NOT shared.is_hub AND shared.n_accounts <= 500
  WITH DISTINCT shared
  MATCH (shared)<-[:USED]-(near:Account)
  WHERE NOT EXISTS { (near)-[:MEMBER_OF {tier: 'enforce'}]->(:Ring) }
  RETURN count(DISTINCT near) AS n_neighbours
}
RETURN n_enforced, n_neighbours
