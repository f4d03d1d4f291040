"""Every spoken sentence: which clips it is made of, where they lie, who made them."""
