"""Why current stopped, or never flowed: one list for drivers, screens, receipts and the office.

Every make of box has codes of its own; its driver maps each of them onto one of these, and a test walks them.
"""

from __future__ import annotations

from enum import StrEnum


class StopReason(StrEnum):
    """The words are stable: they stand in records."""

    FULL = "full"
    TIME_UP = "time_up"  # the time that was bought or held for
    ENERGY_UP = "energy_up"  # the energy that was bought
    MONEY_UP = "money_up"  # what was held is used up
    STOPPED = "stopped"  # by whoever started it, at the kiosk or by phone
    STOPPED_BY_OFFICE = "stopped_by_office"
    UNPLUGGED = "unplugged"
    NO_LOAD = "no_load"  # nothing drew current in time
    NO_PLUG = "no_plug"  # nothing was plugged in at all
    LONGEST = "longest"  # the longest a session may take
    OVERLOAD = "overload"  # of the socket
    BOX_OVERLOAD = "box_overload"  # of all sockets together
    SHORT_CIRCUIT = "short_circuit"
    OVERHEAT = "overheat"
    SMOKE = "smoke"
    FIRE_SYSTEM = "fire_system"
    WATER = "water"
    OVER_VOLTAGE = "over_voltage"
    UNDER_VOLTAGE = "under_voltage"
    BAD_CONTACT = "bad_contact"  # a loose plug, or a fuse
    RELAY_WELDED = "relay_welded"
    RELAY_BROKEN = "relay_broken"  # it was switched on and does not conduct
    METER_SILENT = "meter_silent"
    METER_IMPLAUSIBLE = "meter_implausible"  # its register went back, or further than current can have flowed
    BOX_SILENT = "box_silent"
    BOX_FAULT = "box_fault"  # it says so, and no more
    POWER_LOST = "power_lost"


# What nobody may start again at this socket before a technician has looked.
LATCHING = frozenset(
    {
        StopReason.SMOKE,
        StopReason.FIRE_SYSTEM,
        StopReason.OVERHEAT,
        StopReason.WATER,
        StopReason.SHORT_CIRCUIT,
        StopReason.RELAY_WELDED,
    }
)

# Whoever stands there is to go away, and reads nothing else.
LEAVE = frozenset({StopReason.SMOKE, StopReason.FIRE_SYSTEM})
