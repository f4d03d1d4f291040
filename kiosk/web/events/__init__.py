"""What an open screen is told while it stays open."""
