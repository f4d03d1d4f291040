"""Residents and their cards: who stands at the counter, and may this card speak for them."""
