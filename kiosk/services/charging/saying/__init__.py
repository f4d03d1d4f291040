"""How charging puts it: on the screens, aloud and on paper."""
