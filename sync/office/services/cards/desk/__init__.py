"""Cards in the browser: given out, blocked, good again; what was done with them, and what is at risk."""
