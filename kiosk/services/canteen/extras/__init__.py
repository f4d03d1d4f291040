"""What is sold beside the meal, and what staff touch for it."""
