"""What the office looks at once a batch of meals is booked."""
