"""Kiosk and office without any network between them: the same signed messages, carried on a memory stick."""
