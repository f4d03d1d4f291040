"""The catalogue: what is published to kiosks, written in one place and read by revisions."""
