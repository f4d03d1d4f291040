"""A 电川 ten-port board: as a thing that is given bytes and time, and on a pseudo terminal.

It does what its maker's log shows, and ends orders by itself as its reasons say: when the minutes are used
up, the plug is pulled, the battery is full, or a socket draws too much. An end that is not acknowledged is
said again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.outlets.dianchuan.frames import REPLY, REQUEST, Frame, Splitter
from drivers.outlets.dianchuan.words import NOTHING_USED, STARTED, WHOLE_BOX, Command, PortState
from drivers.sim.faults import Fault, NowAndThen
from drivers.sim.lines.on_a_line import OnALine
from drivers.sim.outlets.faults import BoxFault, OutletFault
from drivers.sim.outlets.shelter import Shelter

SOCKETS = 10
UNPLUGGED_DW, UNPLUGGED_S = 3, 10.0
FULL_SHARE, FULL_S = 0.2, 1_800.0  # of what the order drew at most
NO_PLUG_S = 60.0
MOST_DW, MOST_OF_ALL_DW = 20_000, 60_000
AGAIN_S = 5.0  # an end that nobody acknowledged
LATE_MS = 700
FAILED = 2
ITS_SESSION = b"000000"  # as in its captured report
SETTINGS = bytes.fromhex("01F40000FF00FF00FF")  # as in its captured frame: 500 W, no card fee, no coins
STEP_S = 0.05
SAYS = {OutletFault.OVERLOAD: 0x02, OutletFault.SUPPLY: 0x03}


class MoreTime(StrEnum):
    """What it does that is told to start a port which conducts already: no captured frame shows it."""

    ADDS = "adds"
    REPLACES = "replaces"
    REFUSES = "refuses"
    IGNORES = "ignores"  # and says that it did


@dataclass(slots=True)
class _Order:
    until_s: float
    began_s: float
    peak_dw: int = 0
    low_since_s: float | None = None  # drawing next to nothing
    full_since_s: float | None = None


class Board:
    """What it says goes to `send`."""

    def __init__(self, shelter: Shelter, send: Callable[[bytes], None], clock: MonotonicMs) -> None:
        self.shelter, self._send, self._clock = shelter, send, clock
        self._splitter = Splitter()
        self._orders: dict[int, _Order] = {}
        self._unheard: dict[int, tuple[float, Frame]] = {}  # ends by port, and when they are to be said again
        self._late: list[tuple[int, bytes]] = []
        self.next_answer: BoxFault | None = None
        self.started: list[int] = []  # ports, as often as they were switched on
        self.repeats_ids = True  # False: it answers with zeros
        self.more_time = MoreTime.REFUSES

    def received(self, data: bytes) -> None:
        for frame in self._splitter.feed(data):
            if frame.command == Command.ENDED:
                self._heard(frame)
            elif self.next_answer is OutletFault.LOST_QUESTION:
                self.next_answer = None
            else:
                self._answer(frame)

    def step(self) -> None:
        """Do what time brings."""
        now_ms, now_s = self._clock(), self.shelter.passed_s
        for at_ms, answer in [each for each in self._late if each[0] <= now_ms]:
            self._late.remove((at_ms, answer))
            self._send(answer)
        for number in list(self._orders):
            self._watch(number, now_s)
        if self.shelter.power_dw > MOST_OF_ALL_DW:
            self.overload()
        for number, (again_s, frame) in list(self._unheard.items()):
            if now_s >= again_s:
                self._unheard[number] = (now_s + AGAIN_S, frame)
                self._send(frame.encode())

    # What happens to it.

    def restart(self) -> None:
        for number in list(self._orders):
            self._open(number)
        self._unheard.clear()
        self._splitter = Splitter()

    def break_socket(self, number: int) -> None:
        self._fault(number, 0x01)
        if number in self._orders:
            self._end(number, 0x03)

    def overload(self) -> None:
        self._fault(WHOLE_BOX, SAYS[OutletFault.OVERLOAD])
        for number in list(self._orders):
            self._end(number, 0x04)

    def lose_supply(self) -> None:
        self._fault(WHOLE_BOX, SAYS[OutletFault.SUPPLY])

    # Answers.

    def _answer(self, asked: Frame) -> None:
        data = self._done(asked)
        if data is None:
            return
        reply = replace(asked, sop=REPLY, data=data)
        raw = (reply if self.repeats_ids else replace(reply, session=bytes(6))).encode()
        spoilt, self.next_answer = self.next_answer, None
        match spoilt:
            case OutletFault.LATE_ANSWER:
                self._late.append((self._clock() + LATE_MS, raw))
            case OutletFault.WRONG_SUM:
                self._send(raw[:-1] + bytes([raw[-1] ^ 0x10]))
            case OutletFault.LOST_ANSWER:
                pass
            case _:
                self._send(raw)

    def _done(self, asked: Frame) -> bytes | None:
        number = asked.data[0]
        match asked.command:
            case Command.STATES:
                return bytes([len(self.shelter), *(self._state(n + 1) for n in range(len(self.shelter)))])
            case Command.START if 1 <= number <= len(self.shelter):
                return bytes([number, self._start(number, int.from_bytes(asked.data[3:5], "big"))])
            case Command.PORT if 1 <= number <= len(self.shelter):
                power_dw = self.shelter[number].power_dw
                return bytes([number]) + self._left(number).to_bytes(2, "big") + power_dw.to_bytes(2, "big")
            case Command.STOP if 1 <= number <= len(self.shelter):
                left = self._left(number)
                self._open(number)
                return bytes([number]) + left.to_bytes(2, "big")
            case 0x0C:
                return SETTINGS
        return None  # as for 24, which this firmware does not know

    def _state(self, number: int) -> int:
        return PortState.CHARGING if number in self._orders else PortState.IDLE

    def _start(self, number: int, minutes: int) -> int:
        now_s = self.shelter.passed_s
        if (running := self._orders.get(number)) is not None:
            return self._give_more(running, minutes * 60, now_s)
        self._orders[number] = _Order(now_s + minutes * 60, now_s)
        self.shelter[number].is_closed = True
        self.started.append(number)
        return STARTED

    def _give_more(self, order: _Order, seconds: int, now_s: float) -> int:
        if self.more_time is MoreTime.ADDS:
            order.until_s += seconds
        elif self.more_time is MoreTime.REPLACES:
            order.until_s = now_s + seconds
        return FAILED if self.more_time is MoreTime.REFUSES else STARTED

    def _left(self, number: int) -> int:
        order = self._orders.get(number)
        return 0 if order is None else max(0, int((order.until_s - self.shelter.passed_s) // 60))

    def _open(self, number: int) -> None:
        self.shelter[number].is_closed = False
        self._orders.pop(number, None)

    # What it says of itself.

    def _watch(self, number: int, now_s: float) -> None:
        order, power_dw = self._orders[number], self.shelter[number].power_dw
        order.peak_dw = max(order.peak_dw, power_dw)
        is_low = power_dw <= UNPLUGGED_DW
        order.low_since_s = (order.low_since_s or now_s) if is_low else None
        is_nearly = power_dw <= FULL_SHARE * order.peak_dw
        order.full_since_s = (order.full_since_s or now_s) if is_nearly and not is_low else None
        low_s, full_s = (now_s - (each or now_s) for each in (order.low_since_s, order.full_since_s))
        if now_s >= order.until_s:
            self._end(number, 0x00)
        elif power_dw > MOST_DW:
            self._end(number, 0x04)
        elif order.peak_dw > UNPLUGGED_DW and low_s >= UNPLUGGED_S:
            self._end(number, 0x01)
        elif order.peak_dw <= UNPLUGGED_DW and low_s >= NO_PLUG_S:
            self._end(number, 0x06)
        elif full_s >= FULL_S:
            self._end(number, 0x02)

    def _end(self, number: int, reason: int) -> None:
        left = NOTHING_USED if reason == 0x06 else self._left(number)
        self._open(number)
        data = bytes([number]) + left.to_bytes(2, "big") + bytes([reason])
        self._unheard[number] = (self.shelter.passed_s, Frame(REQUEST, Command.ENDED, data, ITS_SESSION))

    def _heard(self, acknowledged: Frame) -> None:
        """It repeats the session of the end, which is the same for all: the oldest one is meant."""
        if self._unheard:
            del self._unheard[next(iter(self._unheard))]

    def _fault(self, number: int, code: int) -> None:
        self._send(Frame(REQUEST, Command.FAULT, bytes([number, code]), ITS_SESSION).encode())


class DianchuanSimulator(OnALine):
    """A board on a pseudo terminal. Its sockets are those of `shelter`."""

    def __init__(
        self,
        link: Path,
        shelter: Shelter | None = None,
        clock: MonotonicMs = monotonic_ms,
    ) -> None:
        super().__init__(link)
        self.shelter = shelter or Shelter(SOCKETS)
        self._talking = threading.RLock()
        self._now_and_then = NowAndThen()
        self.board = Board(self.shelter, self._say, clock)
        self._line.work_meanwhile(self._work)

    def fail(self, fault: BoxFault, socket: int | None = None) -> None:
        """Begin to misbehave; what happens once is over at once. Raises ValueError for what no board does."""
        with self._talking:
            self._fail(fault, socket)
        if fault is Fault.UNPLUGGED:
            self._line.unplug()

    def recover(self) -> None:
        with self._talking:
            for each in self.shelter:
                each.is_welded, each.is_broken, each.has_mains = False, False, True
            fault, self._fault, self.board.next_answer = self._fault, None, None
        if fault is Fault.UNPLUGGED:
            self._line.plug()

    def _fail(self, fault: BoxFault, socket: int | None) -> None:
        board = self.board
        match fault:
            case Fault.SILENT | Fault.GARBLED | Fault.DROPPED | Fault.UNPLUGGED:
                self._fault = fault
            case (
                OutletFault.LATE_ANSWER
                | OutletFault.LOST_ANSWER
                | OutletFault.LOST_QUESTION
                | OutletFault.WRONG_SUM
            ):
                board.next_answer = fault
            case OutletFault.RESTART:
                board.restart()
            case OutletFault.SOCKET_FAULT:
                board.break_socket(socket or 1)
            case OutletFault.WELDED:
                self.shelter[socket or 1].is_welded = True
            case OutletFault.BROKEN:
                self.shelter[socket or 1].is_broken = True
            case OutletFault.OVERLOAD:
                board.overload()
            case OutletFault.SUPPLY:
                board.lose_supply()
            case OutletFault.NO_MAINS:
                for each in self.shelter:
                    each.has_mains = False
            case _:
                raise ValueError(f"a board of 电川 cannot be {fault}")

    def _received(self, data: bytes) -> None:
        with self._talking:
            if self._fault is not Fault.SILENT:
                self.board.received(data)

    def _work(self) -> float:
        with self._talking:
            self.board.step()
        return STEP_S

    def _say(self, data: bytes) -> None:
        if self._fault in (Fault.SILENT, Fault.UNPLUGGED):
            return
        spoils = self._fault in (Fault.GARBLED, Fault.DROPPED) and bool(self._now_and_then)
        if not spoils:
            self._line.send(data)
        elif self._fault is Fault.GARBLED:
            self._line.send(bytes(octet ^ 0x10 for octet in data))
