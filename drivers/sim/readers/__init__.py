"""Readers as simulators: what a PN532 and a PC/SC reader say over their wires."""
