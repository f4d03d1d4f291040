"""Paper: what the counter prints, and the way to its printer."""
