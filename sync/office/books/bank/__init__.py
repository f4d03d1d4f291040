"""What the office's own journal says of its bank account: cash that was paid in, and top-ups by transfer."""
