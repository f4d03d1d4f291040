"""Take-away and volunteers: what is done beside the residents' own meals, and what staff touch for it."""
