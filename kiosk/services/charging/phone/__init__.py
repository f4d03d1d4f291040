"""The page of a socket on somebody's phone: the office serves it, and the kiosk on its own network."""
