// Purpose:    give public identifiers the label Hub, and take it from those that are none any more.
// Parameters: none
// Returns:    n (identifiers whose labels changed)
// Safe twice: yes
MATCH (identifier:Identifier)
WHERE coalesce(identifier.is_hub, false) <> identifier:Hub
FOREACH (hub IN CASE WHEN identifier.is_hub THEN [identifier] ELSE [] END | SET hub:Hub)
FOREACH (other IN CASE WHEN identifier:Hub AND NOT identifier.is_hub THEN [identifier] ELSE [] END |
  REMOVE other:Hub)
RETURN count(*) AS n
