"""A box of relays and meters on a clock that nobody waits for, and a counter that keeps its orders on."""

from __future__ import annotations

from typing import Any, TypeVar

import serial

from drivers.contracts import DeviceEvent
from drivers.outlets.contracts import Alarm, Ended, Limits, Refused, Sample
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.modbus.meters import Pzem004t
from drivers.outlets.modbus.relays import PlainRelays, TimedRelays
from drivers.outlets.relays.box import RelayBox
from drivers.outlets.relays.session import Pace
from drivers.outlets.rs485 import LineSettings, Rs485Line
from drivers.sim.outlets.battery import Appliance
from drivers.sim.outlets.rs485.modbus import PzemSlave, RelayBoardSlave, split
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter
from drivers.supervision import Reason
from tests.drivers.outlets.rs485.virtual_line import PORT, VirtualClock, VirtualPort

BOARD, FIRST_METER = 1, 11
OPENS_AFTER_MS = 5_000
BICYCLE_DW = 1_800
LIMITS = Limits(longest_s=8 * 3600, most_dw=6_000)
KEEPS_EVERY_MS = 2_000
Told = TypeVar("Told", Sample, Refused, Ended, Alarm)


class Shed:
    """The box is `box`; what hangs on it is in `shelter`. `run` lets time pass."""

    def __init__(
        self,
        clock: VirtualClock,
        sockets: int = 3,
        is_timed: bool = True,
        pace: Pace | None = None,
        name: str = "shed",
    ) -> None:
        self.clock = clock
        self.shelter = Shelter(sockets, clock)
        for socket in self.shelter:
            socket.load = Appliance(most_dw=BICYCLE_DW)
        self.board = RelayBoardSlave(BOARD, self.shelter, clock)
        self.meters = [
            PzemSlave(FIRST_METER + at, self.shelter, at + 1, 1_000 * (at + 1)) for at in range(sockets)
        ]
        self.wire = Wire([self.board, *self.meters], split)
        self.told: list[DeviceEvent] = []
        self.kept: dict[int, str] = {}
        self.is_unplugged = False
        self.port: VirtualPort | None = None
        self.openings = 0  # of the line
        line = Rs485Line(PORT, LineSettings(), self._connect)
        bus = ModbusBus(line)
        relays = (
            TimedRelays(bus, BOARD, sockets, OPENS_AFTER_MS) if is_timed else PlainRelays(bus, BOARD, sockets)
        )
        meters = [Pzem004t(bus, each.address) for each in self.meters]
        self.box = RelayBox(name, [line], relays, meters, self.told.append, clock=clock, pace=pace)
        self.box._rest = clock.sleep  # type: ignore[method-assign]
        self._session: Any = None
        self._kept_ms = 0

    def _connect(self, _: str, baudrate: int, timeout: float, **__: Any) -> VirtualPort:
        if self.is_unplugged:
            raise serial.SerialException("not there")
        self.openings += 1
        mishap = self.port.mishap if self.port is not None else None
        self.port = VirtualPort(self.wire, self.clock, baudrate, timeout)
        if mishap is not None:
            self.port.mishap = mishap
        return self.port

    def run(self, seconds: float) -> None:
        """As its supervisor does, while the counter says `keep_on`."""
        until_ms = self.clock() + seconds * 1000
        while self.clock() < until_ms:
            if self.clock() - self._kept_ms >= KEEPS_EVERY_MS:
                self._kept_ms = self.clock()
                for number, order in self.kept.items():
                    self.box.keep_on(number, order)
            self._step()

    def _step(self) -> None:
        supervisor = self.box._supervisor
        session = self._session or supervisor._new_session()
        try:
            if self._session is None:
                session.open()
                self._session = session
                supervisor._tell(Reason.READY)
            session.step()
        except Exception as fault:
            self._lose(session, session.diagnose(fault))

    def _lose(self, session: Any, reason: Reason) -> None:
        self.box._supervisor._tell(reason)
        session.close()
        self._session = None
        self.clock.sleep(0.5)

    def die(self) -> None:
        """The process of the counter ends at once: nobody closes anything."""
        self._session = None

    def unplug(self) -> None:
        self.is_unplugged = True
        assert self.port is not None
        self.port.is_cut = True

    def plug(self) -> None:
        self.is_unplugged = False

    def charge(self, number: int, order: str, limits: Limits = LIMITS) -> None:
        """Switch on, and go on keeping it on."""
        self.box.switch_on(number, order, limits)
        self.kept[number] = order

    def off(self, number: int) -> None:
        self.kept.pop(number, None)
        self.box.switch_off(number)

    def heard(self, kind: type[Told], number: int | None = None) -> list[Told]:
        return [
            each
            for each in self.told
            if isinstance(each, kind)
            and (number is None or (each.socket is not None and each.socket.number == number))
        ]

    def forget(self) -> None:
        self.told.clear()

    @property
    def conducting(self) -> list[int]:
        return [number for number, each in enumerate(self.shelter, start=1) if each.conducts]

    def last(self, number: int) -> Sample:
        return self.heard(Sample, number)[-1]
