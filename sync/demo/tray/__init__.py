"""The pages from which a visitor plays the demo, and what their buttons do."""
