"""What staff touch to sell beside the meal."""
