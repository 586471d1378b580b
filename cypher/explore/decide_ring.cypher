// Title:      1 Mark this ring
// Folder:     5 Decide
// Purpose:    write down what a person decided about the ring; nothing earlier is overwritten.
// Parameters: $ring_id
//             $decision    confirmed, benign, disputed or reinstated
//             $note        why
//             $decided_by  who
// Returns:    decision_id, decision, about, note, decided_by, decided_at
// Bounded:    one row; none when there is no such ring, an unknown decision, or no note or name
// Empty:      nothing was written: no such ring, an unknown decision, or no note or name
MATCH (about:Ring {ring_id: $ring_id})
WHERE $decision IN ['confirmed', 'benign', 'disputed', 'reinstated']
  AND trim($note) <> '' AND trim($decided_by) <> ''
CREATE (made:Decision {
  decision_id: randomUUID(), decision: $decision, note: trim($note),
  decided_by: trim($decided_by), decided_at: datetime(), ring_id: about.ring_id
})-[:ABOUT]->(about)
RETURN made.decision_id AS decision_id, made.decision AS decision,
       about.ring_id AS about, made.note AS note, made.decided_by AS decided_by,
       made.decided_at AS decided_at
