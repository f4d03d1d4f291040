"""One database for the books: its tables, migrations and ways of writing many rows."""
