"""How much courtesy is believed of one kiosk."""

# Each journal begins with a whole pool, also where an old memory card was put back. A kiosk that begins more
# of them, while nothing of it is repaid, than so many is not believed any more.
POOLS_OF_ONE_KIOSK = 4
