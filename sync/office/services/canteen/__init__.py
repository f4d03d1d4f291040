"""Meals at the office: claimed once, booked to their period, reported."""
