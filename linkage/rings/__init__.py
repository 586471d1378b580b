"""Communities judged: rings with score, tier and evidence."""
