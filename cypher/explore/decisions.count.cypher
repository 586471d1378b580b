// Title:      3 What was decided
// Folder:     5 Decide
// Purpose:    how many decisions there are, by what was decided and who decided.
// Parameters: none
// Returns:    decision, decided_by, n_decisions, last_decided_at
// Bounded:    100 rows
MATCH (decision:Decision)
RETURN decision.decision AS decision, decision.decided_by AS decided_by,
       count(*) AS n_decisions, max(decision.decided_at) AS last_decided_at
ORDER BY n_decisions DESC, decision, decided_by LIMIT 100
