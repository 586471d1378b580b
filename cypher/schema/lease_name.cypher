// Purpose:    one :Lease, so that two loads cannot both hold it.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE CONSTRAINT lease_name IF NOT EXISTS
FOR (lease:Lease) REQUIRE lease.name IS UNIQUE
