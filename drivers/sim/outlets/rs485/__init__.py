"""Relay boards and meters on a line that they share, each speaking its own protocol byte for byte."""
