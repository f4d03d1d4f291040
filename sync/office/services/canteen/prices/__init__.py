"""Prices of meals in the browser: the calendar of rules, trying a change on, proposing it, who has it."""
