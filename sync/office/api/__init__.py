"""What the office answers to kiosks, over HTTP or from a memory stick."""
