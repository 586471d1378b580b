// Purpose:    note that a run is loaded whole.
// Parameters: $run_id  string
//             $finished_at, $linkage_version, $seed  what the manifest says
//             $n_rings, $n_accounts, $n_identifiers  what was loaded
// Returns:    nothing
// Safe twice: yes
MATCH (run:Run {run_id: $run_id})
SET run.finished_at = datetime($finished_at),
    run.linkage_version = $linkage_version,
    run.seed = $seed,
    run.n_rings = $n_rings,
    run.n_accounts = $n_accounts,
    run.n_identifiers = $n_identifiers,
    run.loaded_at = coalesce(run.loaded_at, datetime()),
    run.is_whole = true
