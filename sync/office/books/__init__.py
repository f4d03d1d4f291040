"""The books: journals and where they stand, the office's own journal, and the proof of all of it."""
