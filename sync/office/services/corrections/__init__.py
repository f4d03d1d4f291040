"""What counters ask to be corrected about people."""
