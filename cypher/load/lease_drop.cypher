// Purpose:    give the lease back.
// Parameters: $token   string, this load's own
// Returns:    nothing
// Safe twice: yes
MATCH (lease:Lease {name: 'graph', token: $token})
DELETE lease
