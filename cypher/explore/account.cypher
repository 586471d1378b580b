// Title:      1 All about an account
// Folder:     3 One account
// Purpose:    an account, its ring and role, its decisions and every identifier it holds.
// Parameters: $account_id
// Returns:    what, value, bits, n_accounts, first_seen_at, last_seen_at
// Bounded:    200 identifiers, 50 links and 50 decisions
// Empty:      no account with this id is loaded
MATCH (account:Account {account_id: $account_id})
CALL (account) {
  UNWIND [key IN keys(account) WHERE key <> 'account_id' | key] AS key
  WITH account, key ORDER BY key
  RETURN 0 AS place, key AS what, toStringOrNull(account[key]) AS value, null AS bits,
         null AS n_accounts, null AS first_seen_at, null AS last_seen_at
  UNION ALL
  MATCH (account)-[member:MEMBER_OF]->(ring:Ring)
  RETURN 1 AS place, 'ring' AS what,
         ring.ring_id + ' (' + member.role + ', ' + member.tier + ', '
           + reduce(t = '', code IN member.reason_codes | t + code + ' ') + ')' AS value,
         member.evidence_bits AS bits, ring.n_accounts AS n_accounts,
         member.since AS first_seen_at, null AS last_seen_at
  UNION ALL
  MATCH (decision:Decision)-[:ABOUT]->(account)
  WITH decision ORDER BY decision.decided_at DESC LIMIT 50
  RETURN 2 AS place, 'decision' AS what,
         decision.decision + ' by ' + decision.decided_by + ': ' + decision.note AS value,
         null AS bits, null AS n_accounts, decision.decided_at AS first_seen_at,
         null AS last_seen_at
  UNION ALL
  MATCH (account)-[used:USED]->(identifier:Identifier)
  WITH used, identifier ORDER BY coalesce(used.bits, 0.0) DESC, identifier.n_accounts LIMIT 200
  RETURN 3 AS place, identifier.kind AS what,
         coalesce(identifier.label, identifier.identifier_id)
           + CASE WHEN identifier.is_hub THEN ' (public hub)' ELSE '' END AS value,
         used.bits AS bits, identifier.n_accounts AS n_accounts,
         used.first_seen_at AS first_seen_at, used.last_seen_at AS last_seen_at
  UNION ALL
  MATCH (account)-[link:LINKED_TO]-(other:Account)
  WITH link, other ORDER BY link.bits DESC, other.account_id LIMIT 50
  RETURN 4 AS place, 'linked to' AS what,
         other.account_id + ' by ' + reduce(t = '', kind IN link.kinds | t + kind + ' ') AS value,
         link.bits AS bits, null AS n_accounts, null AS first_seen_at, null AS last_seen_at
}
RETURN what, value, round(bits, 2) AS bits, n_accounts, first_seen_at, last_seen_at
ORDER BY place, bits DESC, what, value
