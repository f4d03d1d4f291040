"""What the kitchen reads and prints, and what became of each delivery."""
