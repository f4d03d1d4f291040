"""Charging points: a card or a phone starts a socket, and what flowed is paid."""
