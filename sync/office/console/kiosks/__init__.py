"""Kiosks in the browser: how each of them is, and enrolling, naming, moving, revoking and replacing one."""
