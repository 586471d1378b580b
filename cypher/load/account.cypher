// Purpose:    create or refresh one :Account per row, and stamp it with this run.
// Parameters: $rows    list of {ix, account_id, created_at, status, plan, country, organization,
//                      pathway, n_events, first_event_at, last_event_at}; instants in
//                      microseconds from the year 1
//             $run_id  string
// Returns:    ixs, ids (each row's ix and its node's elementId, in one order)
// Needs:      constraint account_id
// Safe twice: yes
UNWIND $rows AS row
MERGE (account:Account {account_id: row.account_id})
SET account.created_at     = CASE WHEN row.created_at IS NOT NULL THEN datetime.fromepoch(
      row.created_at / 1000000 - 62135596800, row.created_at % 1000000 * 1000) END,
    account.status         = row.status,
    account.plan           = row.plan,
    account.country        = row.country,
    account.organization   = row.organization,
    account.pathway        = row.pathway,
    account.n_events       = row.n_events,
    account.first_event_at = CASE WHEN row.first_event_at IS NOT NULL THEN datetime.fromepoch(
      row.first_event_at / 1000000 - 62135596800, row.first_event_at % 1000000 * 1000) END,
    account.last_event_at  = CASE WHEN row.last_event_at IS NOT NULL THEN datetime.fromepoch(
      row.last_event_at / 1000000 - 62135596800, row.last_event_at % 1000000 * 1000) END,
    account.run_id         = $run_id
RETURN collect(row.ix) AS ixs, collect(elementId(account)) AS ids
