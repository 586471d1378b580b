// Purpose:    one :Identifier per identifier_id, found by it.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE CONSTRAINT identifier_id IF NOT EXISTS
FOR (identifier:Identifier) REQUIRE identifier.identifier_id IS UNIQUE
