// Title:      7 Could it be innocent
// Folder:     2 One ring
// Purpose:    what innocents have in common: organisation, country, way in, hours of the day.
// Parameters: $ring_id
// Returns:    what, value, n_accounts, share
// Bounded:    10 rows per question, 24 for hours (UTC, accounts made)
// Empty:      no ring with this id is loaded
MATCH (ring:Ring {ring_id: $ring_id})
CALL (ring) {
  MATCH (account:Account)-[:MEMBER_OF]->(ring)
  UNWIND [['organization', coalesce(account.organization, '(none)')],
          ['country', coalesce(account.country, '(unknown)')],
          ['pathway', coalesce(account.pathway, '(unknown)')]] AS one
  WITH one[0] AS what, one[1] AS value, count(*) AS n_accounts
  ORDER BY what, n_accounts DESC, value
  WITH what, collect({value: value, n_accounts: n_accounts})[..10] AS found
  UNWIND found AS one
  RETURN what, one.value AS value, one.n_accounts AS n_accounts
  UNION ALL
  MATCH (account:Account)-[:MEMBER_OF]->(ring)
  WHERE account.created_at IS NOT NULL
  WITH account.created_at.hour AS hour, count(*) AS n_accounts ORDER BY hour
  RETURN 'hour made' AS what, right('0' + toString(hour), 2) + ':00' AS value, n_accounts
}
RETURN what, value, n_accounts, round(1.0 * n_accounts / ring.n_accounts, 3) AS share
