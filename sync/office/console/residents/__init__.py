"""Residents as clerks see them: found, looked at, added, corrected."""
