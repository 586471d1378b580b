// Purpose:    create or refresh one LINKED_TO per row, from the lesser account_id to the greater.
// Parameters: $rows    list of {account_l, account_r (elementIds), bits, kinds}
//             $run_id  string
// Returns:    n (rows written)
// Safe twice: yes
UNWIND $rows AS row
MATCH (left:Account) WHERE elementId(left) = row.account_l
MATCH (right:Account) WHERE elementId(right) = row.account_r
MERGE (left)-[linked:LINKED_TO]->(right)
SET linked.bits   = row.bits,
    linked.kinds  = row.kinds,
    linked.run_id = $run_id
RETURN count(*) AS n
