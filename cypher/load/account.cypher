// Purpose:    create or refresh one :Account per row, and stamp it with this run.
// Parameters: $rows    list of {ix, account_id, created_at, status, plan, country, organization,
//                      pathway, n_events, first_event_at, last_event_at}; instants ISO 8601
//             $run_id  string
// Returns:    ixs, ids (each row's ix and its node's elementId, in one order)
// Needs:      constraint account_id
// Safe twice: yes
UNWIND $rows AS row
MERGE (account:Account {account_id: row.account_id})
SET account.created_at     = datetime(row.created_at),
    account.status         = row.status,
    account.plan           = row.plan,
    account.country        = row.country,
    account.organization   = row.organization,
    account.pathway        = row.pathway,
    account.n_events       = row.n_events,
    account.first_event_at = datetime(row.first_event_at),
    account.last_event_at  = datetime(row.last_event_at),
    account.run_id         = $run_id
RETURN collect(row.ix) AS ixs, collect(elementId(account)) AS ids
