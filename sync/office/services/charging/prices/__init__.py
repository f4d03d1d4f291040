"""Prices of charging in the browser: tariffs, tried on over the sessions of a month."""
