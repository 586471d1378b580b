// Purpose:    one :Account per account_id, found by it.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE CONSTRAINT account_id IF NOT EXISTS
FOR (account:Account) REQUIRE account.account_id IS UNIQUE
