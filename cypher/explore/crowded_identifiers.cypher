// Title:      3 Crowded addresses
// Folder:     4 Across rings
// Purpose:    addresses and networks that ten or more accounts of rings come from.
// Parameters: none
// Returns:    kind, label, n_flagged, n_accounts, share_flagged, n_rings, is_hub, identifier_id
// Bounded:    100 addresses; accounts of rings in tier benign are not flagged
// Empty:      no address has ten or more accounts of rings that are not benign
MATCH (address:IP|Network)<-[:USED]-(account:Account)-[member:MEMBER_OF]->(ring:Ring)
WHERE member.tier <> 'benign'
WITH address, count(DISTINCT account) AS n_flagged, count(DISTINCT ring) AS n_rings
WHERE n_flagged >= 10
RETURN address.kind AS kind, address.label AS label, n_flagged, address.n_accounts AS n_accounts,
       round(1.0 * n_flagged / address.n_accounts, 3) AS share_flagged, n_rings,
       address.is_hub AS is_hub, address.identifier_id AS identifier_id
ORDER BY n_flagged DESC, identifier_id LIMIT 100
