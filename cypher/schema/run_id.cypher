// Purpose:    one :Run per run_id, found by it.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE CONSTRAINT run_id IF NOT EXISTS
FOR (run:Run) REQUIRE run.run_id IS UNIQUE
