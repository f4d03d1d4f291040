"""Who gets into the office pages: logging in, who is known, and what a page may do."""
