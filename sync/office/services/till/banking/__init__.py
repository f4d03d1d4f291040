"""Cash of close-outs paid into the bank: what waits for it, what was entered, and how that is undone."""
