// Title:      2 Back after a ban
// Folder:     1 Tonight
// Purpose:    those rings, the ended ones, and the identifiers that accounts of both hold.
// Parameters: none
// Returns:    nodes and relationships
// Bounded:    12 rings, 2 identifiers each, one account on either side of it
MATCH came = (ring:Ring)-[:RESPAWNED_FROM]->(former:Ring)
WITH came, ring, former ORDER BY ring.score DESC, ring.ring_id LIMIT 12
RETURN came,
       COLLECT {
         MATCH (ring)<-[:MEMBER_OF]-(:Account)-[used:USED]->(means:Identifier)
         WHERE used.bits > 0 AND NOT means.is_hub
         WITH means, sum(used.bits) AS bits
         ORDER BY bits DESC, means.identifier_id LIMIT 50
         MATCH (means)<-[:USED]-(ended:Account)
         WHERE NOT (ended)-[:MEMBER_OF]->(ring)
           AND (toLower(ended.status) IN ['banned', 'suspended', 'disabled']
                OR (ended)-[:MEMBER_OF]->(former))
         WITH means, bits, min(ended.account_id) AS ended_id
         ORDER BY bits DESC, means.identifier_id LIMIT 2
         CALL (ring, means, ended_id) {
           MATCH tie = (:Account {account_id: ended_id})-[:USED]->(means)<-[:USED]-(:Account)
                       -[:MEMBER_OF]->(ring)
           RETURN tie LIMIT 1
         }
         RETURN tie
       } AS ties
