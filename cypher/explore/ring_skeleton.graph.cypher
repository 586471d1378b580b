// Title:      4 Skeleton
// Folder:     2 One ring
// Purpose:    that tree, drawn.
// Parameters: $ring_id
// Returns:    nodes and relationships
// Bounded:    the tree over the 40 surest members and their 5 strongest ties each (Kruskal)
MATCH (account:Account)-[member:MEMBER_OF]->(:Ring {ring_id: $ring_id})
WITH account ORDER BY member.confidence DESC, account.account_id LIMIT 40
WITH collect(account) AS sure
UNWIND sure AS account
CALL (account, sure) {
  MATCH (account)-[tie:USED|LINKED_TO]-(other)
  WHERE tie.bits > 0
    AND (other:Identifier OR other IN sure AND account.account_id < other.account_id)
  RETURN tie, other ORDER BY tie.bits DESC, elementId(tie) LIMIT 5
}
WITH tie, elementId(account) AS l, elementId(other) AS r
ORDER BY tie.bits DESC, l, r
WITH collect({tie: tie, l: l, r: r}) AS ties
WITH reduce(forest = {tree: [], parts: []}, one IN ties |
  CASE WHEN any(part IN forest.parts WHERE one.l IN part AND one.r IN part) THEN forest
  ELSE {
    tree: forest.tree + [one.tie],
    parts: [part IN forest.parts WHERE NOT one.l IN part AND NOT one.r IN part]
      + [reduce(joined = [one.l, one.r],
                part IN [part IN forest.parts WHERE one.l IN part OR one.r IN part] |
                joined + part)]
  } END).tree AS tree
UNWIND tree AS tie
RETURN startNode(tie) AS account, tie, endNode(tie) AS other
