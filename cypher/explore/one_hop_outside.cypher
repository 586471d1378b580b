// Title:      8 One hop outside
// Folder:     2 One ring
// Purpose:    accounts that are in no ring and share identifiers with this one's members.
// Parameters: $ring_id
// Returns:    account_id, n_shared, n_members_touched, shared, status, organization
// Bounded:    100 accounts, by how much they share; public hubs and identifiers of over 500 are left out
// Empty:      nobody outside every ring shares more with it than hubs and crowds
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(member:Account)-[:USED]->(shared:Identifier)
WHERE NOT shared.is_hub AND shared.n_accounts <= 500
WITH DISTINCT shared, count(member) AS n_members
MATCH (shared)<-[:USED]-(outside:Account)
WHERE NOT EXISTS { (outside)-[:MEMBER_OF]->(:Ring) }
WITH outside, count(*) AS n_shared, max(n_members) AS n_members_touched,
     collect(shared.kind + ' ' + coalesce(shared.label, shared.identifier_id))[..3] AS shared
RETURN outside.account_id AS account_id, n_shared, n_members_touched, shared,
       outside.status AS status, outside.organization AS organization
ORDER BY n_shared DESC, n_members_touched DESC, account_id LIMIT 100
