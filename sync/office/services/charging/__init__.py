"""Charging at the office: what sites and prices are, what was charged, and the page that a phone sees."""
