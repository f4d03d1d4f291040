"""What a phone sees of the office: a socket for everybody; and its switch, for who joined phone and card."""
