"""Care: who usually comes and did not, whom to ask about it, and what became of it."""
