"""Numbered zstd dictionaries, and how they were trained. A released one is never changed, only followed."""
