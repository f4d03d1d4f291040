"""A box that is put together: one relay and one meter for each socket, on one line or on two."""
