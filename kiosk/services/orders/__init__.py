"""Meals ordered ahead: what the kitchen cooks, who gets it at the door, and who never got it."""
