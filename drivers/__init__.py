"""Devices on the counter, and simulators that speak each device's own wire. Imports nothing else of ours."""
