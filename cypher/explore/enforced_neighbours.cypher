// Title:      1 Near enforced ones
// Folder:     4 Across rings
// Purpose:    accounts that are not in tier enforce and share identifiers with accounts that are.
// Parameters: none
// Returns:    account_id, tier, n_shared, n_enforced_touched, shared
// Bounded:    100 accounts; public hubs and identifiers of over 500 are left out
// Empty:      nobody outside tier enforce shares more with it than hubs and crowds
MATCH (:Ring)<-[member:MEMBER_OF {tier: 'enforce'}]-(enforced:Account)-[:USED]->(shared:Identifier)
WHERE NOT shared.is_hub AND shared.n_accounts <= 500
WITH shared, count(enforced) AS n_enforced
MATCH (shared)<-[:USED]-(near:Account)
WHERE NOT EXISTS { (near)-[:MEMBER_OF {tier: 'enforce'}]->(:Ring) }
WITH near, count(*) AS n_shared, max(n_enforced) AS n_enforced_touched,
     collect(shared.kind + ' ' + coalesce(shared.label, shared.identifier_id))[..3] AS shared
RETURN near.account_id AS account_id,
       head(COLLECT { MATCH (near)-[member:MEMBER_OF]->(:Ring) RETURN member.tier }) AS tier,
       n_shared, n_enforced_touched, shared
ORDER BY n_shared DESC, n_enforced_touched DESC, account_id LIMIT 100
