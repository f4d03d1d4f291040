"""What the canteen lends the other services."""
