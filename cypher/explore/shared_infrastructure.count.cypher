// Title:      2 Shared by rings
// Folder:     4 Across rings
// Purpose:    how many rings there are, and how many share an identifier with another.
// Parameters: none
// Returns:    n_rings, n_sharing, n_identifiers
// Bounded:    one row
MATCH (shared:Identifier)<-[:USED]-(:Account)-[:MEMBER_OF]->(ring:Ring)
WHERE NOT shared.is_hub
WITH shared, collect(DISTINCT ring) AS rings
WHERE 2 <= size(rings) <= 20
UNWIND rings AS ring
RETURN COUNT { (any:Ring) WHERE any.is_past IS NULL } AS n_rings, count(DISTINCT ring) AS n_sharing,
       count(DISTINCT shared) AS n_identifiers
