"""The daily close: what kiosks say of a day, held against what the office has."""
