"""The cryptography of NXP cards: keys of their own, sessions, signed texts, and the factory's signature."""
