// Purpose:    delete the identifiers that stand for some accounts: the other end of a direct relation.
// Parameters: $accounts  list of account ids
// Returns:    n (identifiers deleted)
// Safe twice: yes
MATCH (identifier:Other)
WHERE identifier.identifier_id STARTS WITH identifier.kind + ':'
  AND substring(identifier.identifier_id, size(identifier.kind) + 1) IN $accounts
DETACH DELETE identifier
RETURN count(*) AS n
