// Purpose:    note that a run is being loaded, and which part of it was loaded before.
// Parameters: $run_id  string, e.g. "2026-06-01T020000Z"
// Returns:    part (what an earlier load of this run loaded; null for none)
// Needs:      constraint run_id
// Safe twice: yes
MERGE (run:Run {run_id: $run_id})
SET run.is_whole = false
RETURN run.part AS part
