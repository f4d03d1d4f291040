"""What the sync process does again and again: push, pull, tell, and fetch what was before."""
