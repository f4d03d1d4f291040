"""How a kiosk becomes known to the office, and by which keys."""
