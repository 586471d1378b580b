// Title:      7 Could it be innocent
// Folder:     2 One ring
// Purpose:    how many members have a verified organisation, and how many families speak against all.
// Parameters: $ring_id
// Returns:    n_accounts, n_with_organization, n_organizations, families, tier, tier_reason
// Bounded:    one row
MATCH (account:Account)-[:MEMBER_OF]->(ring:Ring {ring_id: $ring_id})
RETURN count(account) AS n_accounts, count(account.organization) AS n_with_organization,
       count(DISTINCT account.organization) AS n_organizations, ring.families AS families,
       ring.tier AS tier, ring.tier_reason AS tier_reason
