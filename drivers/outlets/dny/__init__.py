"""Boxes of the AP3000 family, which speak DNY v8.6 over TCP: the kiosk is the server that they dial.

`frames` is the wire, `words` what its numbers mean, `bodies` what frames carry, `ports` what is known of each
port, `commands` what a box was told and has not answered, `box` one box as the counter sees it, `server` the
connections. A box counts the energy of each order in steps of 0.01 kWh, keeps the settlement until it is
acknowledged, and gets its time in portions: a kiosk that dies leaves a socket on for ten minutes at most.

Its clock is set by us and never billed by. Its cut-offs by heat and by dynamic overload have been off since
2021, for false trips: heat and overload are watched at the counter.
"""
