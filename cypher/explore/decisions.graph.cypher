// Title:      3 What was decided
// Folder:     5 Decide
// Purpose:    the latest decisions and what they are about.
// Parameters: none
// Returns:    nodes and relationships
// Bounded:    40 decisions
MATCH made = (decision:Decision)-[:ABOUT]->()
RETURN made ORDER BY decision.decided_at DESC LIMIT 40
