"""Take-away and volunteers: what staff touch beside the residents' own meals."""
