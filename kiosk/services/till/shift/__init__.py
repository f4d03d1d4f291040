"""What staff touch when a shift begins and ends."""
