// Purpose:    one :Decision per decision_id, found by it.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE CONSTRAINT decision_id IF NOT EXISTS
FOR (decision:Decision) REQUIRE decision.decision_id IS UNIQUE
