"""How boxes of sockets misbehave when told to, beside what every device on a line can do wrong.

Each lasts until it is cleared, unless it says that it happens once.
"""

from __future__ import annotations

from enum import StrEnum

from drivers.sim.faults import Fault


class OutletFault(StrEnum):
    LATE_ANSWER = "late_answer"  # the next answer comes after everybody has stopped waiting; once
    LOST_ANSWER = "lost_answer"  # what is asked next is done, and the answer lost; once
    LOST_QUESTION = "lost_question"  # what is asked next is never heard; once
    WRONG_SUM = "wrong_sum"  # the next answer has a wrong sum; once
    RESTART = "restart"  # the box restarts: all relays open, and it forgets what it does not keep; once
    SOCKET_FAULT = "socket_fault"  # of one socket: it opens and says that it is broken; once
    WELDED = "welded"  # of one socket: its relay stays closed
    BROKEN = "broken"  # of one socket: its relay never closes
    OVERLOAD = "overload"  # of all sockets together: all open; once
    SUPPLY = "supply"  # something is wrong with its mains; once
    NO_MAINS = "no_mains"  # nothing gets current; the box itself lives on
    SMOKE = "smoke"  # its detector says so; once
    WATER = "water"  # likewise
    HEAT = "heat"  # likewise
    TILTED = "tilted"  # likewise
    CUT_IN_FRAME = "cut_in_frame"  # the line breaks in the midst of the next frame; once
    IN_PIECES = "in_pieces"  # frames come byte by byte
    TOGETHER = "together"  # two frames come in one piece
    COIL_DEAD = "coil_dead"  # of one socket: its relay does not close, and says so
    METER_RESET = "meter_reset"  # of one socket: its meter begins to count at 0; once


class SlaveFault(StrEnum):
    """How one device on a line misbehaves while all others go on: a socket's meter, or the relay board."""

    ABSENT = "absent"  # hears nothing
    DEAF = "deaf"  # does what it is told and does not answer
    LATE = "late"  # answers when nobody waits any more
    WRONG_CRC = "wrong_crc"
    CUT_SHORT = "cut_short"  # the second half of its answer is missing
    TWICE = "twice"  # says everything a second time
    TWIN = "twin"  # another one of the same address speaks at the same time


BoxFault = Fault | OutletFault | SlaveFault


def fault_named(name: str) -> BoxFault:
    """Raises ValueError for what no box can do wrong."""
    for kind in (OutletFault, SlaveFault):
        if name in list(kind):
            return kind(name)
    return Fault(name)
