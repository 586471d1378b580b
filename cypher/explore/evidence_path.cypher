// Title:      2 How two are tied
// Folder:     3 One account
// Purpose:    the shortest path of evidence between two accounts, step by step.
// Parameters: $account_id_l
//             $account_id_r
// Returns:    step, n_steps, kind, label, n_accounts, bits
// Bounded:    one shortest path of at most 8 steps; public hubs are no way through
// Empty:      nothing but public hubs ties them within 8 steps, or one of them is not loaded
MATCH (l:Account {account_id: $account_id_l})
MATCH (r:Account {account_id: $account_id_r})
MATCH path = shortestPath((l)-[:USED|LINKED_TO*..8]-(r))
WHERE none(node IN nodes(path) WHERE coalesce(node.is_hub, false))
UNWIND range(0, length(path) - 1) AS step
WITH path, step, relationships(path)[step] AS tie, nodes(path)[step + 1] AS reached
RETURN step + 1 AS step, length(path) AS n_steps,
       coalesce(reached.kind, 'account') AS kind,
       coalesce(reached.label, reached.identifier_id, reached.account_id) AS label,
       reached.n_accounts AS n_accounts, round(tie.bits, 2) AS bits
ORDER BY step
