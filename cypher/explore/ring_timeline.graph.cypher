// Title:      9 Timeline by day
// Folder:     2 One ring
// Purpose:    the first and the last accounts of a ring, by when they were made.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    the ring, 15 oldest and 15 youngest accounts
MATCH (account:Account)-[member:MEMBER_OF]->(ring:Ring {ring_id: $ring_id})
WITH ring, account, member ORDER BY account.created_at, account.account_id
WITH ring, collect({account: account, member: member}) AS members
UNWIND members[..15] + members[-15..] AS one
WITH DISTINCT ring, one.account AS account, one.member AS member
RETURN ring, member, account
