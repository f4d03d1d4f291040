"""The counter: reads a card, works out the price, keeps the journal. Opens no network connection."""
