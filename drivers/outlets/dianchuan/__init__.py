"""The ten-port board of 电川 on a serial line: it sells minutes and measures power, but no energy.

`frames` is its wire, `words` what its numbers mean, `session` one opening of the line, `box` what the counter
sees. What it cannot tell: energy, temperature, what is plugged in and draws nothing, and orders. It has no
timed re-arming: a kiosk that dies leaves a socket on until the minutes are used up that the order began with.
"""
