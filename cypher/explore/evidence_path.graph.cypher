// Title:      2 How two are tied
// Folder:     3 One account
// Purpose:    shortest paths of evidence between two accounts, drawn.
// Parameters: $account_id_l
//             $account_id_r
// Returns:    nodes and relationships
// Bounded:    10 shortest paths of at most 8 steps; public hubs are no way through
MATCH (l:Account {account_id: $account_id_l})
MATCH (r:Account {account_id: $account_id_r})
MATCH path = allShortestPaths((l)-[:USED|LINKED_TO*..8]-(r))
WHERE none(node IN nodes(path) WHERE coalesce(node.is_hub, false))
RETURN path LIMIT 10
