"""What the counter asks at the moment of a tap, while somebody waits."""
