// Purpose:    rings of a tier by score.
// Parameters: none
// Returns:    nothing
// Safe twice: yes
CREATE INDEX ring_tier IF NOT EXISTS
FOR (ring:Ring) ON (ring.tier, ring.score)
