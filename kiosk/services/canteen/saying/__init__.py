"""How the canteen puts it: on the screens, aloud and on paper; and whom it greets."""
