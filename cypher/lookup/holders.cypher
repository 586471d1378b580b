// Purpose:    the accounts that hold any of some identifiers, those of rings first.
// Parameters: $identifier_ids  hashes, as linkage lookup makes them
// Returns:    identifier_id, kind, label, n_accounts, account_id, ring_id, tier, bits
// Safe twice: yes
MATCH (identifier:Identifier) WHERE identifier.identifier_id IN $identifier_ids
MATCH (identifier)<-[used:USED]-(account:Account)
OPTIONAL MATCH (account)-[member:MEMBER_OF]->(ring:Ring)
RETURN identifier.identifier_id AS identifier_id, identifier.kind AS kind,
       identifier.label AS label, identifier.n_accounts AS n_accounts,
       account.account_id AS account_id, ring.ring_id AS ring_id, member.tier AS tier,
       used.bits AS bits
ORDER BY ring_id IS NULL, bits DESC, account_id, identifier_id
LIMIT 1000
