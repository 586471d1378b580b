// Title:      2 How two are tied
// Folder:     3 One account
// Purpose:    how many identifiers two accounts share, public hubs apart.
// Parameters: $account_id_l
//             $account_id_r
// Returns:    n_shared, n_shared_hubs
// Bounded:    one row
MATCH (l:Account {account_id: $account_id_l})
MATCH (r:Account {account_id: $account_id_r})
OPTIONAL MATCH (l)-[:USED]->(shared:Identifier)<-[:USED]-(r)
RETURN count(CASE WHEN NOT shared.is_hub THEN 1 END) AS n_shared,
       count(CASE WHEN shared.is_hub THEN 1 END) AS n_shared_hubs
