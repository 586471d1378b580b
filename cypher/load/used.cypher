// Purpose:    create or refresh one USED per row; nodes are found by elementId, for speed.
// Parameters: $rows    list of {account, identifier (elementIds), first_seen_at, last_seen_at,
//                      n_events, bits}; bits only where the account is in a loaded ring
//             $run_id  string
// Returns:    n (rows written)
// Safe twice: yes
UNWIND $rows AS row
MATCH (account:Account) WHERE elementId(account) = row.account
MATCH (identifier:Identifier) WHERE elementId(identifier) = row.identifier
MERGE (account)-[used:USED]->(identifier)
SET used.first_seen_at = datetime(row.first_seen_at),
    used.last_seen_at  = datetime(row.last_seen_at),
    used.n_events      = row.n_events,
    used.bits          = row.bits,
    used.run_id        = $run_id
RETURN count(*) AS n
