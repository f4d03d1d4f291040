"""What the office does for each service of the kiosks, a folder each."""
