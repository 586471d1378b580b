// Purpose:    create or refresh one :Ring per row.
// Parameters: $rows    list of {ix, ring_id, n_accounts, n_core, score, tier, tier_reason,
//                      families, n_events, first_event_at, last_event_at, first_created_at,
//                      last_created_at, lineage, capability_profile, looks_like,
//                      is_past}
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
    ring.first_event_at     = datetime(row.first_event_at),
    ring.last_event_at      = datetime(row.last_event_at),
    ring.first_created_at   = datetime(row.first_created_at),
    ring.last_created_at    = datetime(row.last_created_at),
    ring.lineage            = row.lineage,
    ring.capability_profile = row.capability_profile,
    ring.looks_like         = row.looks_like,
    ring.is_past            = null,
    ring.run_id             = $run_id
RETURN collect(row.ix) AS ixs, collect(elementId(ring)) AS ids
