// Purpose:    create or refresh one USED per row; nodes are found by elementId, for speed.
// Parameters: $rows    list of {account, identifier (elementIds), first_seen_at, last_seen_at,
//                      n_events, bits}; instants in microseconds from the year 1; bits only
//                      where the account is in a loaded ring
//             $run_id  string
// Returns:    n (rows written)
// Safe twice: yes
UNWIND $rows AS row
MATCH (account:Account) WHERE elementId(account) = row.account
MATCH (identifier:Identifier) WHERE elementId(identifier) = row.identifier
MERGE (account)-[used:USED]->(identifier)
SET used.first_seen_at = CASE WHEN row.first_seen_at IS NOT NULL THEN datetime.fromepoch(
      row.first_seen_at / 1000000 - 62135596800, row.first_seen_at % 1000000 * 1000) END,
    used.last_seen_at  = CASE WHEN row.last_seen_at IS NOT NULL THEN datetime.fromepoch(
      row.last_seen_at / 1000000 - 62135596800, row.last_seen_at % 1000000 * 1000) END,
    used.n_events      = row.n_events,
    used.bits          = row.bits,
    used.run_id        = $run_id
RETURN count(*) AS n
