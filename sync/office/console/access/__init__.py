"""Pages about the office's own people: who may do what, and what they did."""
