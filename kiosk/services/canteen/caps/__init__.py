"""How far a meal is given: what a card may take in a day, and how much courtesy one person is given. Pure."""
