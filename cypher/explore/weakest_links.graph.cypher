// Title:      5 Bridges, weak ties
// Folder:     2 One ring
// Purpose:    those bridges, with the identifiers that each joins.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    25 bridges between the ring's 40 strongest identifiers
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(:Account)-[used:USED]->(identifier:Identifier)
WHERE used.bits > 0 AND NOT identifier.is_hub
WITH identifier, count(*) AS n_held, sum(used.bits) AS bits
WHERE n_held > 2
ORDER BY bits DESC, identifier.identifier_id LIMIT 40
WITH collect(identifier) AS strongest
MATCH way = (l:Identifier)<-[:USED]-(account:Account)-[:USED]->(r:Identifier)
WHERE l IN strongest AND r IN strongest AND l.identifier_id < r.identifier_id
  AND EXISTS { (account)-[:MEMBER_OF]->(:Ring {ring_id: $ring_id}) }
WITH l, r, collect(way) AS ways
WHERE size(ways) <= 2
RETURN ways ORDER BY size(ways), l.identifier_id, r.identifier_id LIMIT 25
