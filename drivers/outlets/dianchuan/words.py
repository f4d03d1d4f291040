"""What the numbers of the 电川 board mean."""

from __future__ import annotations

from enum import IntEnum

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason


class Command(IntEnum):
    STATES = 0x01  # of all ports
    START = 0x02
    ENDED = 0x05  # said by the board
    PORT = 0x06  # what one port draws
    STOP = 0x0B
    FAULT = 0x0D  # said by the board


class PortState(IntEnum):
    """Other states are not known, and tell nothing."""

    IDLE = 1
    CHARGING = 2


STARTED = 1  # in the reply to START; 2 is a failure, without a reason
ACKNOWLEDGED = b"\x01"
WHOLE_BOX = 0xFF
NOTHING_USED = 0xFFFF  # left over of an order that got no current at all

REASONS = {
    0x00: StopReason.TIME_UP,
    0x01: StopReason.UNPLUGGED,  # or stopped at the board; it does not say which
    0x02: StopReason.FULL,
    0x03: StopReason.BOX_FAULT,
    0x04: StopReason.OVERLOAD,
    0x05: StopReason.STOPPED,  # with a card at the board
    0x06: StopReason.NO_PLUG,
}
ALARMS = {
    0x01: AlarmKind.BOX_FAULT,  # of the output
    0x02: AlarmKind.BOX_OVERLOAD,
    0x03: AlarmKind.POWER_CUT,  # of its supply
}
