"""What the office does not believe, as clerks see it and decide of it."""
