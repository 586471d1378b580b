// Title:      4 Skeleton
// Folder:     2 One ring
// Purpose:    the fewest, strongest ties that still join a ring's surest members.
// Parameters: $ring_id
// Returns:    account_id, tied_to, kind, bits
// Bounded:    the tree over the 40 surest members and their 5 strongest ties each (Kruskal)
// Empty:      its surest members hold no evidence here, or no ring with this id is loaded
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
WITH tie, startNode(tie) AS account, endNode(tie) AS other
RETURN account.account_id AS account_id,
       coalesce(other.account_id, other.label, other.identifier_id) AS tied_to,
       coalesce(other.kind, 'linked by ' + reduce(t = '', k IN tie.kinds | t + k + ' ')) AS kind,
       round(tie.bits, 2) AS bits
ORDER BY bits DESC, account_id, tied_to
