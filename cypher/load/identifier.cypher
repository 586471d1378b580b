// Purpose:    create or refresh one :Identifier per row, with the label of its kind.
// Parameters: $rows    list of {ix, identifier_id, node, kind, label, n_accounts, is_hub};
//                      node is one of the labels of linkage.investigate.model
//             $run_id  string
// Returns:    ixs, ids (each row's ix and its node's elementId, in one order)
// Needs:      constraint identifier_id
// Safe twice: yes
UNWIND $rows AS row
MERGE (identifier:Identifier {identifier_id: row.identifier_id})
SET identifier:$(row.node),
    identifier.kind       = row.kind,
    identifier.label      = row.label,
    identifier.n_accounts = row.n_accounts,
    identifier.is_hub     = row.is_hub,
    identifier.run_id     = $run_id
RETURN collect(row.ix) AS ixs, collect(elementId(identifier)) AS ids
