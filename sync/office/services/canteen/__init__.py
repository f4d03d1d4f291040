"""Meals at the office: claimed once, booked to their period, reported. What it lends others is named here."""

from sync.office.services.canteen.had import had_ms

__all__ = ["had_ms"]
