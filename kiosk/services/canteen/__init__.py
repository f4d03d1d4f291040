"""The canteen: one tap is one portion at today's price."""
