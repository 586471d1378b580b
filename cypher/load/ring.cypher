// Purpose:    create or refresh one :Ring per row.
// Parameters: $rows    list of {ix, ring_id, n_accounts, n_core, score, tier, tier_reason,
//                      families, n_events, first_event_at, last_event_at, first_created_at,
//                      last_created_at, lineage, capability_profile, looks_like,
//                      is_past}; instants in microseconds from the year 1
//             $run_id  string
// Returns:    ixs, ids (each row's ix and its node's elementId, in one order)
// Needs:      constraint ring_id
// Safe twice: yes
UNWIND $rows AS row
MERGE (ring:Ring {ring_id: row.ring_id})
SET ring.n_accounts         = row.n_accounts,
    ring.n_core             = row.n_core,
    ring.score              = row.score,
    ring.tier               = row.tier,
    ring.tier_reason        = row.tier_reason,
    ring.families           = row.families,
    ring.n_events           = row.n_events,
    ring.first_event_at     = CASE WHEN row.first_event_at IS NOT NULL THEN datetime.fromepoch(
      row.first_event_at / 1000000 - 62135596800, row.first_event_at % 1000000 * 1000) END,
    ring.last_event_at      = CASE WHEN row.last_event_at IS NOT NULL THEN datetime.fromepoch(
      row.last_event_at / 1000000 - 62135596800, row.last_event_at % 1000000 * 1000) END,
    ring.first_created_at   = CASE WHEN row.first_created_at IS NOT NULL THEN datetime.fromepoch(
      row.first_created_at / 1000000 - 62135596800, row.first_created_at % 1000000 * 1000) END,
    ring.last_created_at    = CASE WHEN row.last_created_at IS NOT NULL THEN datetime.fromepoch(
      row.last_created_at / 1000000 - 62135596800, row.last_created_at % 1000000 * 1000) END,
    ring.lineage            = row.lineage,
    ring.capability_profile = row.capability_profile,
    ring.looks_like         = row.looks_like,
    ring.is_past            = null,
    ring.run_id             = $run_id
RETURN collect(row.ix) AS ixs, collect(elementId(ring)) AS ids
