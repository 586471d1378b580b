// Title:      2 Mark this account
// Folder:     5 Decide
// Purpose:    write down what a person decided about the account; nothing earlier is overwritten.
// Parameters: $account_id
//             $decision    confirmed, benign, disputed or reinstated
//             $note        why
//             $decided_by  who
// Returns:    decision_id, decision, about, note, decided_by, decided_at
// Bounded:    one row; none when there is no such account, an unknown decision, or no note or name
// Empty:      nothing was written: no such account, an unknown decision, or no note or name
MATCH (about:Account {account_id: $account_id})
WHERE $decision IN ['confirmed', 'benign', 'disputed', 'reinstated']
  AND trim($note) <> '' AND trim($decided_by) <> ''
CREATE (made:Decision {
  decision_id: randomUUID(), decision: $decision, note: trim($note),
  decided_by: trim($decided_by), decided_at: datetime(), account_id: about.account_id
})-[:ABOUT]->(about)
RETURN made.decision_id AS decision_id, made.decision AS decision,
       about.account_id AS about, made.note AS note, made.decided_by AS decided_by,
       made.decided_at AS decided_at
