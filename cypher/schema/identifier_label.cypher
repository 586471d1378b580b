// Purpose:    identifiers by what people call them.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE INDEX identifier_label IF NOT EXISTS
FOR (identifier:Identifier) ON (identifier.label)
