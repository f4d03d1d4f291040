"""What was charged, as tables: one report each, and every form of it."""
