"""Opening the two SQLite files and bringing them to the current schema."""
