"""A simulated receipt printer, and reading what it printed."""
