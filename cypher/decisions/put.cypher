// Purpose:    bring decisions into a fresh database; those that are there stay as they are.
// Parameters: $rows    what decisions/pull returns
// Returns:    n (decisions now there)
// Needs:      constraint decision_id
// Safe twice: yes
UNWIND $rows AS row
MERGE (decision:Decision {decision_id: row.decision_id})
ON CREATE SET decision.account_id = row.account_id,
    decision.ring_id    = row.ring_id,
    decision.decision   = row.decision,
    decision.decided_at = datetime(row.decided_at),
    decision.decided_by = row.decided_by,
    decision.note       = row.note
RETURN count(*) AS n
