"""A charging point without wires, for stories in simulated time."""
