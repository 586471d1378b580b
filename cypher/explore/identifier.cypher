// Title:      3 Who holds an id
// Folder:     3 One account
// Purpose:    the accounts that hold an identifier; `linkage lookup` turns a raw value into its id.
// Parameters: $identifier_id
// Returns:    kind, label, account_id, ring_id, tier, bits, first_seen_at, last_seen_at
// Bounded:    200 accounts, those of rings first
// Empty:      no loaded account holds it; `linkage lookup` says whether anybody does
MATCH (identifier:Identifier {identifier_id: $identifier_id})<-[used:USED]-(account:Account)
OPTIONAL MATCH (account)-[member:MEMBER_OF]->(ring:Ring)
RETURN identifier.kind AS kind, identifier.label AS label, account.account_id AS account_id,
       ring.ring_id AS ring_id, member.tier AS tier, round(used.bits, 2) AS bits,
       used.first_seen_at AS first_seen_at, used.last_seen_at AS last_seen_at
ORDER BY ring_id IS NULL, bits DESC, account_id LIMIT 200
