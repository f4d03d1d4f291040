"""How far a meal is given: what a card may take in a day, and what is noted down for one person. Pure."""
