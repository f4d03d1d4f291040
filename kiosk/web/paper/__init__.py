"""What the kiosk puts on paper, and what staff touch for it."""
