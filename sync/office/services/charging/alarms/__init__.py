"""Alarms of charging points: told ahead, booked, seen by a clerk, told outside."""
