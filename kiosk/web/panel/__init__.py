"""What staff touch: the bar, panels over the person, and the kit's own of them."""
