// Title:      9 Timeline by day
// Folder:     2 One ring
// Purpose:    from when to when a ring was seen, and on how many days accounts were made.
// Parameters: $ring_id
// Returns:    first_created_at, last_created_at, n_days, first_event_at, last_event_at, n_events
// Bounded:    one row
MATCH (account:Account)-[:MEMBER_OF]->(ring:Ring {ring_id: $ring_id})
RETURN min(account.created_at) AS first_created_at, max(account.created_at) AS last_created_at,
       count(DISTINCT date(account.created_at)) AS n_days, ring.first_event_at AS first_event_at,
       ring.last_event_at AS last_event_at, ring.n_events AS n_events
