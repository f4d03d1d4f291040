"""What the card is good for, a folder each: see `listed` for which, and `contract` for what a service is."""
