// Purpose:    give each ring the label of its tier, and Large from 100 accounts: Browser's colour and
//             size go by labels alone.
// Parameters: none
// Returns:    n (rings whose labels changed)
// Safe twice: yes
MATCH (ring:Ring)
WITH ring, toUpper(left(ring.tier, 1)) + substring(ring.tier, 1) AS tier,
     coalesce(ring.n_accounts >= 100, false) AS is_large
WHERE tier IS NOT NULL AND (NOT tier IN labels(ring) OR ring:Large <> is_large)
REMOVE ring:Enforce:Review:Watch:Benign:Large
SET ring:$([label IN [tier, CASE WHEN is_large THEN 'Large' END] WHERE label IS NOT NULL])
RETURN count(*) AS n
