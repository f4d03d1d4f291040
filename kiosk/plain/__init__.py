"""Plain things that stand on nothing of ours: refusals, numbers, addresses, words to other processes."""
