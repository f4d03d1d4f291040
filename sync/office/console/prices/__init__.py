"""Tables that money goes by, in the browser: each service says what its own are.

An entry is written anew, tried on, proposed to a second person, published for every kiosk, and taken back.
"""
