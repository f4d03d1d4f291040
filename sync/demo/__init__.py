"""The demo: an office, a kiosk, simulated devices and invented people, all through the real drivers."""
