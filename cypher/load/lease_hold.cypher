// Purpose:    lock the lease until the batch is committed; a load that lost it finds none.
// Parameters: $token   string, this load's own
// Returns:    n (1 while the lease is held, else 0)
// Safe twice: yes
MATCH (lease:Lease {name: 'graph', token: $token})
SET lease.n_batches = coalesce(lease.n_batches, 0) + 1
RETURN count(*) AS n
