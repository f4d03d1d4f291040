"""A DNY box and its driver on a clock that is set by hand: nothing here waits."""

from __future__ import annotations

from typing import TypeVar

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import (
    Alarm,
    CardAtBox,
    Ended,
    Limits,
    Refused,
    Register,
    Sample,
    SocketId,
)
from drivers.outlets.dny.frames import Frame, Splitter
from drivers.outlets.dny.protocol import AGAIN_MS, DnyProtocol
from drivers.outlets.keeping import Keeping
from drivers.sim.outlets.dny import Box
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.outlets.hands import Hands

BOX_ID = 0x06AB373B  # with sixteen sockets
LIMITS = Limits(longest_s=8 * 3600, most_dw=6_000)
NOON_S = 1_700_000_000
Event = TypeVar("Event", Sample, Refused, Ended, Alarm, CardAtBox)


class Bench:
    """A box with bicycles and its driver, joined without a network."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.hands.turn(1000)
        self.shelter = Shelter(16, self.hands)
        self.box = Box(BOX_ID, self._said, self.shelter)
        self.heard: list[DeviceEvent] = []
        self.begin_anew()
        self.kept: dict[int, str] = {}
        self.told: list[tuple[int, Frame]] = []  # to the box, and when
        self._down: list[Frame] = []
        self._up: list[bytes] = []
        self._splitter = Splitter()

    def begin_anew(self) -> None:
        """A kiosk that has just started."""
        self.keeping = Keeping(16, self.hands, lambda: None, AGAIN_MS)
        self.protocol = DnyProtocol(
            "east", BOX_ID, self.keeping, self.heard.append, self.hands, lambda: NOON_S * 1000
        )

    def connect(self) -> None:
        self._splitter = Splitter()
        self.protocol.connected(self._down.append)
        self.box.connected()

    def cut(self) -> None:
        self.box.disconnected()
        self._down.clear()
        self._up.clear()
        self.protocol.lost()

    def run(self, seconds: float, *, keeping: bool = True) -> None:
        for _ in range(round(seconds * 4)):
            self.hands.turn(0.25)
            for number, order in self.kept.items() if keeping else ():
                self.keeping.keep_on(number, order)
            self.box.step()
            for data in self._taken(self._up):
                for frame in self._splitter.feed(data):
                    self.protocol.heard(frame)
            self.protocol.step()
            for frame in self._taken(self._down):
                self.told.append((self.hands.ms, frame))
                self.box.received(frame.encode())

    def start(self, number: int, order: str, limits: Limits = LIMITS) -> None:
        self.keeping.switch_on(number, order, limits)
        self.kept[number] = order
        self.run(2)

    def commands(self, command: int) -> list[Frame]:
        return [frame for _, frame in self.told if frame.command == command]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kind)]

    def last(self, number: int) -> Sample:
        return [each for each in self.of(Sample) if each.socket.number == number][-1]

    def registers(self, number: int) -> list[Register]:
        """As they were told, one after the other."""
        told = (each.register for each in self.of(Sample) if each.socket.number == number)
        return [each for each in told if each is not None]

    def _said(self, data: bytes) -> None:
        self._up.append(data)

    def _taken(self, waiting: list) -> list:  # type: ignore[type-arg]
        taken = waiting[:]
        waiting.clear()
        return taken


def east(number: int) -> SocketId:
    return SocketId("east", number)
