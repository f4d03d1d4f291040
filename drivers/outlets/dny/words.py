"""What the numbers of DNY v8.6 mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason


class Command(IntEnum):
    OLD_HEARTBEAT = 0x01  # with each port's power; newer boxes send it when they are asked by `ASK`
    CARD = 0x02
    SETTLEMENT = 0x03
    CONFIRMED = 0x04  # boxes made until 2019 say so of an order, in place of `POWER`
    POWER = 0x06
    REGISTER = 0x20
    HEARTBEAT = 0x21
    TIME = 0x22
    ALARM = 0x42
    ASK = 0x81
    SWITCH = 0x82
    PARAMETERS = 0x85
    RESTART = 0x87
    ADJUST = 0x8A


SOCKETS = {0x03: 1, 0x04: 2, 0x05: 10, 0x06: 16, 0x07: 12}  # by the high byte of the physical id
ANY_PORT = 0xFF
DONE = b"\0"
REFUSED = b"\x01"


@dataclass(frozen=True, slots=True)
class PortState:
    """None: the box does not say."""

    is_on: bool
    is_plugged: bool | None
    alarm: AlarmKind | None = None


_BROKEN = PortState(False, None, AlarmKind.BOX_FAULT)
_WELDED = PortState(True, None, AlarmKind.RELAY_WELDED)
PORT_STATES = {
    0x00: PortState(False, False),
    0x01: PortState(True, True),
    0x02: PortState(False, True),  # plugged in and not started
    0x03: PortState(False, True),  # full
    0x04: _BROKEN,  # cannot meter
    0x05: PortState(True, True),  # float
    0x06: _BROKEN,  # memory
    0x07: _BROKEN,  # a contact is jammed
    0x08: _BROKEN,  # loose contact or fuse
    0x09: _WELDED,
    0x0A: _BROKEN,  # sensor of the plug
    0x0B: _BROKEN,  # relay or fuse
    0x0D: _BROKEN,  # short circuit
    0x0E: _WELDED,
    0x0F: _BROKEN,  # card chip
    0x10: _BROKEN,  # detector
}
UNKNOWN_STATE = _BROKEN

ALARMS = {
    1: AlarmKind.POWER_CUT,
    2: AlarmKind.WATER,
    3: AlarmKind.HEAT,  # glue that melts
    4: AlarmKind.SMOKE,
    5: AlarmKind.HEAT,
    6: AlarmKind.WATER,  # its level
    7: AlarmKind.TAMPERED,  # a door sprang open
}
OF_A_PORT = 3  # the alarm that names the port, and no detector

REASONS = {
    0x01: StopReason.FULL,
    0x02: StopReason.LONGEST,
    0x03: StopReason.TIME_UP,
    0x04: StopReason.ENERGY_UP,
    0x05: StopReason.UNPLUGGED,
    0x06: StopReason.OVERLOAD,
    0x07: StopReason.STOPPED,  # by us
    0x08: StopReason.OVERLOAD,  # dynamic
    0x09: StopReason.NO_LOAD,
    0x0A: StopReason.OVERHEAT,
    0x0B: StopReason.OVERHEAT,
    0x0C: StopReason.OVERLOAD,  # too much current
    0x0D: StopReason.BAD_CONTACT,
    0x0E: StopReason.BAD_CONTACT,
    0x0F: StopReason.RELAY_BROKEN,  # found before it began
    0x10: StopReason.WATER,
    0x11: StopReason.FIRE_SYSTEM,
    0x12: StopReason.FIRE_SYSTEM,
    0x13: StopReason.STOPPED,  # by a password, at a cabinet
    0x14: StopReason.BOX_FAULT,  # a cabinet's door that is not shut
    0x15: StopReason.STOPPED,  # from outside
    0x16: StopReason.STOPPED,  # with a card at the box
    0x17: StopReason.STOPPED,  # by us, by force
    0x18: StopReason.FIRE_SYSTEM,
    0x19: StopReason.BOX_FAULT,  # memory
    0x1A: StopReason.OVER_VOLTAGE,
    0x1B: StopReason.UNDER_VOLTAGE,
    0x1C: StopReason.NO_LOAD,
}

# Answers to a start; 0 is done.
SAME_STATE = 2
REPLIES = {
    1: StopReason.NO_PLUG,
    SAME_STATE: StopReason.BOX_FAULT,
    3: StopReason.BOX_FAULT,
    4: StopReason.BOX_FAULT,  # no such port
    5: StopReason.NO_PLUG,  # several ports wait, and none was named
    6: StopReason.BOX_OVERLOAD,
    7: StopReason.BOX_FAULT,  # memory
    8: StopReason.RELAY_BROKEN,
    9: StopReason.RELAY_WELDED,
    0x0A: StopReason.SHORT_CIRCUIT,
    0x0B: StopReason.SMOKE,
    0x0C: StopReason.OVER_VOLTAGE,
    0x0D: StopReason.UNDER_VOLTAGE,
    0x0E: StopReason.BOX_SILENT,  # its port did not answer the box
}
