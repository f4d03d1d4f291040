"""Residents, staff and clerks as the office keeps them, and who may log in."""
