"""The demo: an office, a kiosk, simulated devices and an invented population, all through the real drivers."""
