// Title:      9 Timeline by day
// Folder:     2 One ring
// Purpose:    per day, accounts made, accounts first and last seen with shared identifiers, and joined.
// Parameters: $ring_id
// Returns:    day, n_created, n_first_seen, n_last_seen, n_joined
// Bounded:    one row per day, 400 days
// Empty:      no ring with this id is loaded
MATCH (account:Account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
OPTIONAL MATCH (account)-[used:USED]->(:Identifier)
WHERE used.bits > 0
WITH account, member, min(used.first_seen_at) AS first_seen_at, max(used.last_seen_at) AS last_seen_at
UNWIND [['created', account.created_at], ['first', first_seen_at], ['last', last_seen_at],
        ['joined', member.since]] AS one
WITH one[0] AS what, date(one[1]) AS day
WHERE day IS NOT NULL
RETURN toString(day) AS day, count(CASE WHEN what = 'created' THEN 1 END) AS n_created,
       count(CASE WHEN what = 'first' THEN 1 END) AS n_first_seen,
       count(CASE WHEN what = 'last' THEN 1 END) AS n_last_seen,
       count(CASE WHEN what = 'joined' THEN 1 END) AS n_joined
ORDER BY day LIMIT 400
