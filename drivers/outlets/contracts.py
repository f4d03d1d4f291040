"""What the counter may expect of a box of sockets, whichever make it is.

A box is asked by methods that return at once, and answers by events, from its own thread. What it measured
comes as a `Sample` of each socket at every poll. A socket that is to stay on is asked for again and again
(`keep_on`): a counter that died, or hangs, opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from drivers.contracts import Device, Happened
from drivers.outlets.reasons import StopReason


@dataclass(frozen=True, slots=True)
class SocketId:
    """A socket of a box: the box's name in `kiosk.toml`, and the number that stands on the socket, from 1."""

    box: str
    number: int

    def __str__(self) -> str:
        return f"{self.box}/{self.number}"


@dataclass(frozen=True, slots=True)
class Register:
    """What a meter has counted, and which count that is.

    `name` is stable as long as the count goes on: a meter's own number, or the order that a box counts for.
    Two figures are compared only under one name. `order` counts begin at 0 by themselves.
    """

    name: str
    wh: int
    is_of_order: bool = False


@dataclass(frozen=True, slots=True)
class Sample(Happened):
    """One look at one socket. None: this box cannot tell, or did not this time."""

    socket: SocketId
    monotonic_ms: int
    is_on: bool | None  # the relay, as it says itself
    is_plugged: bool | None
    power_dw: int | None  # 0.1 W
    register: Register | None = None
    temperature_c: int | None = None
    order: str = ""  # what the box says is running there; empty: nothing, or it does not know orders


@dataclass(frozen=True, slots=True)
class Refused(Happened):
    """The box will not switch on for this order, and why."""

    socket: SocketId
    order: str
    reason: StopReason


@dataclass(frozen=True, slots=True)
class Ended(Happened):
    """The box itself ended an order, perhaps days ago. Said again until it is acknowledged."""

    socket: SocketId
    order: str  # as it was given to `switch_on`; empty where the box does not know orders
    reason: StopReason
    energy_wh: int | None
    charged_s: int | None


class Counts(StrEnum):
    """What energy a box counts, and so what registers its samples carry."""

    NOTHING = "nothing"
    METERS = "meters"  # go on counting from one order to the next
    ORDERS = "orders"  # each from nothing


class AlarmKind(StrEnum):
    SMOKE = "smoke"
    FIRE_SYSTEM = "fire_system"
    HEAT = "heat"
    WATER = "water"
    POWER_CUT = "power_cut"
    TAMPERED = "tampered"  # tilted, opened, or its level changed
    BOX_OVERLOAD = "box_overload"
    RELAY_WELDED = "relay_welded"
    BOX_FAULT = "box_fault"


@dataclass(frozen=True, slots=True)
class Alarm(Happened):
    """What a person must hear of. `socket` None: the whole box. Said once when it begins and when it ends."""

    box: str
    socket: SocketId | None
    kind: AlarmKind
    is_on: bool
    monotonic_ms: int


@dataclass(frozen=True, slots=True)
class CardAtBox(Happened):
    """A card laid on the box's own reader: its number alone. `socket` None: it asks for the balance."""

    box: str
    socket: SocketId | None
    uid: bytes
    monotonic_ms: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a box may be told to keep by itself, beside what the counter watches."""

    longest_s: int
    most_dw: int  # 0.1 W; above it the box switches off
    most_wh: int | None = None


@runtime_checkable
class OutletBox(Device, Protocol):
    """Any make of box. Orders are at most 16 characters of hexadecimal digits, as boxes keep them.

    At the start, and after each time the line was lost, a driver first switches off every socket for which no
    order was given to `keep_on` since, and reports samples only once it has seen them.
    """

    @property
    def name(self) -> str: ...

    @property
    def sockets(self) -> int: ...

    @property
    def ready(self) -> bool:
        """Whether it answers, and all of it was seen."""

    @property
    def counts(self) -> Counts:
        """Where it counts nothing, no energy can be billed."""

    def switch_on(self, number: int, order: str, limits: Limits) -> None:
        """Let current flow for this order until `switch_off`, or until `keep_on` is missed. Never twice."""

    def keep_on(self, number: int, order: str) -> None:
        """The session goes on; to be said at least every `KEEP_ON_S`."""

    def switch_off(self, number: int, order: str = "") -> None:
        """Open the relay, whatever is under way. Repeated by the driver until the relay is seen open."""

    def all_off(self) -> None:
        """Open every relay, before anything else that waits."""

    def acknowledge(self, order: str) -> None:
        """What `Ended` said of the order is in the journal; the box may forget it."""


KEEP_ON_S = 10.0  # a socket for which nobody says `keep_on` so long is opened by its driver
