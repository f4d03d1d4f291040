"""What the office does not believe: which records, why, and what becomes of them."""
