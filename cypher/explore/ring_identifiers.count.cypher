// Title:      3 What holds it
// Folder:     2 One ring
// Purpose:    how many identifiers carry a ring's evidence, by kind.
// Parameters: $ring_id
// Returns:    kind, n_identifiers, n_accounts, bits
// Bounded:    one row per kind
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)-[used:USED]->(identifier:Identifier)
WHERE used.bits > 0
RETURN identifier.kind AS kind, count(DISTINCT identifier) AS n_identifiers,
       count(DISTINCT account) AS n_accounts, round(sum(used.bits), 1) AS bits
ORDER BY bits DESC, kind
