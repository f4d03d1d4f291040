"""The desk: what needs a person today, one search for everything, and the record that a receipt names."""
