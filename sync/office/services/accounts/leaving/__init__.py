"""Residents who died, moved away, or were entered twice: their accounts end, by two people."""
