"""Boxes of sockets: what switches current for a bicycle's charger, and measures it."""
