"""Charging, measured: a hundred sockets, the kiosk around them, phones, the office with their sessions."""
