// Purpose:    keep the earlier rings that this run's rings come from, with what was known of them.
// Parameters: $rows    list of {ix, ring_id}
//             $run_id  string
// Returns:    ixs, ids (each row's ix and its node's elementId, in one order)
// Needs:      constraint ring_id
// Safe twice: yes
UNWIND $rows AS row
MERGE (ring:Ring {ring_id: row.ring_id})
SET ring.is_past = true,
    ring.run_id  = $run_id
RETURN collect(row.ix) AS ixs, collect(elementId(ring)) AS ids
