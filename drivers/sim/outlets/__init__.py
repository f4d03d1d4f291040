"""Simulated boxes of sockets: what hangs on the sockets, and the boxes that switch and measure them."""
