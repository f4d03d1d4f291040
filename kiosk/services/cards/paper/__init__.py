"""A card printed on paper, for a resident without a chip."""
