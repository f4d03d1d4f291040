"""How a kiosk's facts become the office's."""
