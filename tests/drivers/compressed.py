"""The production reader on a simulated PN532, with time that is counted instead of waited for.

Driver, nfcpy and chip run as ever, in one thread; only the pseudo terminal between them is left out. So ten
thousand taps take half a minute, and their times are those of `drivers.sim.lines.pace` on a line that cannot
do more than 115,200 baud and whose adapter holds each answer back for a millisecond. The kiosk's own
pauses are counted too; what Python takes to compute is not.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from drivers import opening
from drivers.cards.presence import Presence
from drivers.cards.reader import ReaderSession
from drivers.cards.sensing import plan_for
from drivers.contracts import CardKeys, CardTap, DeviceEvent, ReadFailure
from drivers.paths import parse_path
from drivers.pn532.frames import ACK, Ear
from drivers.pn532.line import POWER_UP_BAUD, FrameTTY
from drivers.sim.cards.card import VirtualCard
from drivers.sim.lines import on_a_line
from drivers.sim.lines.pace import Pace, on_the_line_s
from drivers.sim.radio import Conditions, Radio
from drivers.sim.readers import pn532
from drivers.sim.readers.pn532 import Pn532Simulator

PATH = "tty:/dev/ttyUSB0:pn532"
ADAPTER_S = 0.001
Seen = tuple[CardTap | ReadFailure, float]  # and when, in seconds of the counted clock


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def ms(self) -> int:
        return int(self.now_s * 1000)


class CountedLine:
    """Stands in for a simulator's pseudo terminal."""

    baudrate = POWER_UP_BAUD

    def __init__(self, clock: Clock, link: Path, received: Callable[[bytes], None], pace: Pace) -> None:
        self._clock, self.link, self._received = clock, link, received
        self.work: Callable[[], float | None] = lambda: None
        self.ear = Ear()

    def work_meanwhile(self, work: Callable[[], float | None]) -> None:
        self.work = work

    def wake(self) -> None:
        """The chip is asked in `read` whether it has found a card."""

    def send(self, data: bytes) -> None:
        self._clock.sleep(on_the_line_s(len(data), self.baudrate) + (0 if data == ACK else ADAPTER_S))
        self.ear.hear(data)

    def take(self, data: bytes) -> None:
        self._clock.sleep(on_the_line_s(len(data), self.baudrate))
        self._received(data)


class CountedTTY(FrameTTY):
    """Stands in for the driver's end of it."""

    port, baudrate = "", POWER_UP_BAUD

    def __init__(self, line: CountedLine, clock: Clock) -> None:
        self._line, self._clock, self.tty = line, clock, None

    def open(self, port: str, baudrate: int = POWER_UP_BAUD) -> None:
        self.port = port

    def close(self) -> None:
        self._line.ear.forget()

    def takes(self, baud: int) -> bool:
        return baud == POWER_UP_BAUD

    def write(self, frame: bytes) -> None:
        self._line.ear.forget()
        self._line.take(bytes(frame))

    def read(self, timeout: int) -> bytearray:
        until_s = self._clock() + timeout / 1000
        while (frame := self._line.ear.frame()) is None:
            if self._clock() >= until_s:
                raise OSError(errno.ETIMEDOUT, "nothing on the line")
            again_s = self._line.work()
            if not self._line.ear.unexplained:
                self._clock.sleep(until_s - self._clock() if again_s is None else again_s)
        return bytearray(frame)


class CompressedReader:
    """A reader on the counter to which cards are brought one after the other."""

    def __init__(self, patch: pytest.MonkeyPatch, keys: CardKeys, conditions: Conditions, seed: int) -> None:
        self.clock = Clock()
        counted = SimpleNamespace(sleep=self.clock.sleep, monotonic=self.clock, time=self.clock)
        patch.setattr(pn532, "time", counted)
        patch.setattr("nfc.clf.pn53x.time", counted)
        patch.setattr("nfc.clf.pn532.time", counted)
        patch.setattr(on_a_line, "Line", partial(CountedLine, self.clock))
        self._chip = Pn532Simulator(Path(), Pace())
        self._chip.field.radio = Radio(conditions, seed, self.clock)
        patch.setattr(opening, "FrameTTY", lambda _: CountedTTY(self._chip._line, self.clock))
        self._seen: list[Seen] = []
        plan = plan_for(parse_path(PATH))
        self._rounds_until_lifted = plan.rounds_until_lifted
        presence = Presence(plan.rounds_until_lifted)
        self._session = ReaderSession(PATH, plan, presence, keys, self._emit, self.clock.ms)
        self._session.open()

    def close(self) -> None:
        self._session.close()

    def lay_down(self, card: VirtualCard, for_s: float) -> list[Seen]:
        """Leave the card there until something is told, or for so long; then take it away."""
        self._chip.field.place(card)
        laid_s = self.clock()
        while not self._seen and self.clock() - laid_s < for_s:
            self._look()
        self._chip.field.lift()
        for _ in range(self._rounds_until_lifted):
            self._look()
        seen, self._seen = self._seen, []
        return seen

    def _look(self) -> None:
        self.clock.sleep(self._session.step())

    def _emit(self, event: DeviceEvent) -> None:
        if isinstance(event, (CardTap, ReadFailure)):
            self._seen.append((event, self.clock()))
