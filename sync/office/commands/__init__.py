"""The `office` commands, a group in each file."""
