"""Top-ups by bank transfer: the bank's file, read, looked at, booked by two people, and undone."""
