// Purpose:    note which part of the run is loaded from here on.
// Parameters: $run_id  string
//             $part    string, e.g. "tiers enforce, review"
// Returns:    nothing
// Safe twice: yes
MATCH (run:Run {run_id: $run_id})
SET run.part = $part
