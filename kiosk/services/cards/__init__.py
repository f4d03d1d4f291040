"""Cards at the counter: given to somebody, reported lost, found again."""
