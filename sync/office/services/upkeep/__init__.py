"""What a clerk has a kiosk do with itself, and what became of it."""
