"""Modbus RTU: relay boards and meters on one line."""
