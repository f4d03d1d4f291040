"""A 电川 board and its driver on a clock that is set by hand: nothing here waits."""

from __future__ import annotations

from typing import TypeVar

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Alarm, Ended, Limits, Refused, Sample, SocketId
from drivers.outlets.dianchuan.box import DianchuanBox
from drivers.outlets.dianchuan.session import BoardSession
from drivers.sim.outlets.dianchuan import Board
from drivers.sim.outlets.shelter import Shelter
from tests.drivers.outlets.hands import Hands

LIMITS = Limits(longest_s=8 * 3600, most_dw=6_000)
EAST_3 = SocketId("east", 3)
Event = TypeVar("Event", Sample, Refused, Ended, Alarm)


class DirectLine:
    """A line without wires: reading turns the clock on."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._heard = b""
        self.board: Board | None = None
        self.wire: list[bytes] = []
        self.is_open = False

    def write(self, data: bytes) -> None:
        assert self.board is not None
        self.wire.append(data)
        self._hands.turn(0.03)
        self.board.received(data)

    def said(self, data: bytes) -> None:
        self._heard += data

    def read(self, wait_s: float) -> bytes:
        assert self.board is not None
        if not self._heard:
            self._hands.turn(wait_s)
            self.board.step()
        heard, self._heard = self._heard, b""
        return heard

    def close(self) -> None:
        self._heard = b""

    def wake(self) -> None: ...

    def cancel(self) -> None: ...


class Bench:
    """A board with bicycles, its driver, and who keeps the orders on."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.hands.turn(1000)
        self.line = DirectLine(self.hands)
        self.shelter = Shelter(10, self.hands)
        self.board = self.line.board = Board(self.shelter, self.line.said, self.hands)
        self.heard: list[DeviceEvent] = []
        self.box = DianchuanBox(
            "east", "/dev/none", self.heard.append, clock=self.hands, connect=lambda _: self.line
        )
        self.kept: dict[int, str] = {}
        self.session: BoardSession

    def open(self) -> None:
        self.session = self.box.new_session()
        self.session.open()

    def run(self, seconds: float, *, keeping: bool = True) -> None:
        until_ms = self.hands.ms + round(seconds * 1000)
        while self.hands.ms < until_ms:
            if keeping:
                for number, order in self.kept.items():
                    self.box.keep_on(number, order)
            self.session.step()

    def start(self, number: int, order: str) -> None:
        self.box._keeping.switch_on(number, order, LIMITS)
        self.kept[number] = order
        self.run(2)

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kind)]

    def last(self, number: int) -> Sample:
        return [each for each in self.told(Sample) if each.socket.number == number][-1]
