// Title:      3 Crowded addresses
// Folder:     4 Across rings
// Purpose:    how many addresses and networks hold how many flagged accounts.
// Parameters: none
// Returns:    flagged, n_addresses, least
// Bounded:    four rows at most
MATCH (address:IP|Network)<-[:USED]-(account:Account)-[member:MEMBER_OF]->(:Ring)
WHERE member.tier <> 'benign'
WITH address, count(DISTINCT account) AS n_flagged
RETURN CASE WHEN n_flagged < 2 THEN '1' WHEN n_flagged < 10 THEN '2 to 9'
            WHEN n_flagged < 100 THEN '10 to 99' ELSE '100 or more' END AS flagged,
       count(*) AS n_addresses, min(n_flagged) AS least
ORDER BY least
