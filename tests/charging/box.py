"""A box of sockets in memory, with batteries behind it: it has no wire, and outlives whatever kiosk it has.

What drivers promise of every make it keeps: a socket that nobody keeps on is opened, and the end of an order
is said until it is acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.contracts import Happened
from drivers.outlets.contracts import (
    KEEP_ON_S,
    Alarm,
    AlarmKind,
    Counts,
    Ended,
    Limits,
    Refused,
    Register,
    Sample,
    SocketId,
)
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import Load

LIFETIME_WH = 939_000.0  # what its meters had counted before (evcc #29654)


@dataclass
class Socket:
    """One of the box's sockets as it really is."""

    load: Load | None = None
    order: str = ""  # for which its relay is closed
    kept_ms: int = 0
    counted_wh: float = LIFETIME_WH
    meter: str = "meter"
    is_welded: bool = False
    is_meter_silent: bool = False
    power_dw: int | None = None  # what its meter says, whatever flows
    temperature_c: int | None = 25
    refuses: StopReason | None = None
    flowed_wh: float = 0.0  # in all, by nobody's meter
    unpaid_s: float = 0.0  # how long current could flow for nobody


@dataclass
class BoxBeside:
    """`now_ms` is the machine's monotonic clock; `run` lets time go by."""

    now_ms: Callable[[], int]
    name: str = "east"
    sockets: int = 4
    ready: bool = True
    counts: Counts = Counts.METERS
    is_silent: bool = False
    has_power: bool = True
    knows_plugs: bool = False
    asked: list[tuple[int, str]] = field(default_factory=list)  # switched on: a socket and an order
    acknowledged: list[str] = field(default_factory=list)
    ended: dict[str, Ended] = field(default_factory=dict)  # to be acknowledged

    def __post_init__(self) -> None:
        self.all = {number: Socket() for number in range(1, self.sockets + 1)}
        self._events: list[Happened] = []

    def start(self) -> None: ...
    def stop(self) -> None: ...

    # What the counter asks.

    def switch_on(self, number: int, order: str, limits: Limits) -> None:
        socket = self.all[number]
        if self.is_silent or not self.has_power:
            return
        if socket.refuses is not None:
            self._events.append(Refused(SocketId(self.name, number), order, socket.refuses))
            return
        self.asked.append((number, order))
        socket.order, socket.kept_ms = order, self.now_ms()

    def keep_on(self, number: int, order: str) -> None:
        if self.all[number].order == order:
            self.all[number].kept_ms = self.now_ms()

    def switch_off(self, number: int, order: str = "") -> None:
        self.all[number].order = ""

    def all_off(self) -> None:
        for each in self.all.values():
            each.order = ""

    def acknowledge(self, order: str) -> None:
        self.acknowledged.append(order)
        self.ended.pop(order, None)

    # What becomes of it.

    def is_on(self, number: int) -> bool:
        return bool(self.all[number].order) and self.has_power

    def flows(self, number: int) -> bool:
        socket = self.all[number]
        return self.has_power and socket.load is not None and (bool(socket.order) or socket.is_welded)

    def run(self, seconds: float) -> None:
        """So much time goes by, up to now."""
        for number, socket in self.all.items():
            if socket.order and self.now_ms() - socket.kept_ms > KEEP_ON_S * 1000:
                socket.order = ""  # a counter that died, or hangs
            if self.flows(number) and socket.load is not None:
                used_wh = socket.load.run(seconds)
                socket.counted_wh += used_wh
                socket.flowed_wh += used_wh

    def cut_power(self, is_off: bool = True) -> None:
        """The mains of the box; its relays are open when it is back."""
        self.has_power = not is_off
        self.all_off()

    def end(self, number: int, reason: StopReason, energy_wh: int | None = None) -> None:
        """The box ends an order by itself, and says so until it is acknowledged."""
        socket = self.all[number]
        event = Ended(SocketId(self.name, number), socket.order, reason, energy_wh, None)
        socket.order = ""
        self.ended[event.order] = event

    def alarm(self, kind: AlarmKind, number: int | None = None, *, is_on: bool = True) -> None:
        socket = SocketId(self.name, number) if number is not None else None
        self._events.append(Alarm(self.name, socket, kind, is_on, self.now_ms()))

    def heard(self) -> list[Happened]:
        """What it says since it was last asked, and a look at each socket."""
        events, self._events = self._events, []
        if self.is_silent:
            return []
        return [*events, *self.ended.values(), *(self._look(number) for number in self.all)]

    def _look(self, number: int) -> Sample:
        socket = self.all[number]
        power_dw = int(socket.load.power_dw()) if self.flows(number) and socket.load is not None else 0
        is_metered = self.counts is Counts.METERS and not socket.is_meter_silent
        return Sample(
            SocketId(self.name, number),
            self.now_ms(),
            self.is_on(number),
            socket.load is not None if self.knows_plugs else None,
            power_dw if socket.power_dw is None else socket.power_dw,
            Register(f"{socket.meter}-{number}", int(socket.counted_wh)) if is_metered else None,
            socket.temperature_c,
        )
