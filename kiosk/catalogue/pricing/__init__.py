"""What a meal costs this person on this day, and who pays which part. Pure functions on values."""
