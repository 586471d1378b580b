// Purpose:    make this load the only one that may write; an earlier one stops at its next batch.
// Parameters: $token   string, this load's own
//             $run_id  string
// Returns:    newer (the latest run that was loaded or begun after this one; null for none)
// Needs:      constraint lease_name
// Safe twice: yes
MERGE (lease:Lease {name: 'graph'})
SET lease.token = $token, lease.run_id = $run_id
WITH lease
OPTIONAL MATCH (run:Run) WHERE run.run_id > $run_id
RETURN max(run.run_id) AS newer
