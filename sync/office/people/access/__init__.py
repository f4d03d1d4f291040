"""Who may do what at the office's pages, where, and what of it is written down."""
