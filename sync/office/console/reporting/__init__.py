"""Reports: one value each, and every form of it."""
