// Purpose:    one :Ring per ring_id, found by it.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE CONSTRAINT ring_id IF NOT EXISTS
FOR (ring:Ring) REQUIRE ring.ring_id IS UNIQUE
