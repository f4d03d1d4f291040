"""Cards at the office: how each stands, what counters said of it, and what is to be looked into."""
