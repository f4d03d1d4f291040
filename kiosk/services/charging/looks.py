"""How a socket looks to people, in one word, whatever its box and its session call it: the shelter's picture,
the elders' screen and the page on a phone say the same of it.
"""

from __future__ import annotations

from enum import StrEnum


class Look(StrEnum):
    """Each has a shape and a word of its own beside its colour."""

    FREE = "free"
    STARTING = "starting"  # held, asked of the box, or waiting for current
    CHARGING = "charging"
    STOPPING = "stopping"
    FULL = "full"  # nothing flows any more and the plug is still there: please move
    PAUSED = "paused"  # the power went in the middle
    BROKEN = "broken"  # no use now: it, its box or its meter does not answer
    CLOSED = "closed"  # an alarm shut it, and a technician has to look
