"""A line of slaves on a pseudo terminal."""

from __future__ import annotations

import time
from pathlib import Path

from drivers.sim.faults import Fault, NowAndThen
from drivers.sim.lines.on_a_line import OnALine
from drivers.sim.outlets.faults import BoxFault, OutletFault, SlaveFault
from drivers.sim.outlets.rs485.dlt645 import Dlt645Slave
from drivers.sim.outlets.rs485.modbus import MeterSlave, RelayBoardSlave
from drivers.sim.outlets.rs485.wire import Wire
from drivers.sim.outlets.shelter import Shelter

TICK_S = 0.05
SILENCE_S = 0.2  # after which a request that has only begun is forgotten
Meters = MeterSlave | Dlt645Slave


class Rs485Simulator(OnALine):
    """Serves a `Wire` whose slaves hang on the sockets of `shelter`.

    A pseudo terminal carries no parity, and may refuse to be told one: it is to be opened without.
    """

    def __init__(self, link: Path, shelter: Shelter, wire: Wire) -> None:
        super().__init__(link)
        self.shelter, self.wire = shelter, wire
        self._now_and_then = NowAndThen()
        self._pending: list[tuple[float, bytes]] = []
        self._heard_s = 0.0
        self._line.work_meanwhile(self._work)

    def fail(self, fault: BoxFault, socket: int | None = None) -> None:
        """Begin to misbehave: the meter of a socket, without one the relay board, or the line as a whole.

        What happens once is over at once. Raises ValueError for what none of them does.
        """
        match fault:
            case SlaveFault():
                self.wire.faults[self._meter(socket).address if socket else self._board().address] = fault
            case Fault.SILENT | Fault.DROPPED | Fault.GARBLED | Fault.UNPLUGGED:
                self._fault = fault
            case OutletFault.RESTART:
                self._board().start_anew()
            case OutletFault.COIL_DEAD:
                self._board().dead.add(socket or 1)
            case OutletFault.METER_RESET:
                self._meter(socket or 1).reset()
            case OutletFault.WELDED:
                self.shelter[socket or 1].is_welded = True
            case OutletFault.BROKEN:
                self.shelter[socket or 1].is_broken = True
            case OutletFault.NO_MAINS:
                for each in self.shelter:
                    each.has_mains = False
            case _:
                raise ValueError(f"a line of relays and meters cannot be {fault}")
        if fault is Fault.UNPLUGGED:
            self._line.unplug()

    def recover(self) -> None:
        """All of them."""
        fault, self._fault = self._fault, None
        self.wire.faults.clear()
        for each in self.shelter:
            each.is_welded, each.is_broken, each.has_mains = False, False, True
        for slave in self.wire.slaves:
            if isinstance(slave, RelayBoardSlave):
                slave.dead.clear()
        if fault is Fault.UNPLUGGED:
            self._line.plug()

    def _board(self) -> RelayBoardSlave:
        for slave in self.wire.slaves:
            if isinstance(slave, RelayBoardSlave):
                return slave
        raise ValueError("no relay board is on this line")

    def _meter(self, socket: int) -> Meters:
        for slave in self.wire.slaves:
            if isinstance(slave, Meters) and slave.number == socket:
                return slave
        raise ValueError(f"socket = {socket}: it has no meter on this line")

    def _received(self, data: bytes) -> None:
        now_s = time.monotonic()
        if now_s - self._heard_s > SILENCE_S:
            self.wire.fall_silent()
        self._heard_s = now_s
        if self._fault is Fault.SILENT or (self._fault is Fault.DROPPED and self._now_and_then):
            return
        self.wire.pass_time()
        for said in self.wire.hear(data):
            if said.after_s:
                self._pending.append((now_s + said.after_s, said.data))
            else:
                self._line.send(self._spoil(said.data))

    def _spoil(self, data: bytes) -> bytes:
        if self._fault is Fault.GARBLED and self._now_and_then:
            return data[:-1] + bytes([data[-1] ^ 0x10])
        return data

    def _work(self) -> float:
        self.wire.pass_time()
        now_s = time.monotonic()
        due = [data for due_s, data in self._pending if due_s <= now_s]
        self._pending = [each for each in self._pending if each[0] > now_s]
        for data in due:
            self._line.send(self._spoil(data))
        return min([TICK_S, *(due_s - now_s for due_s, _ in self._pending)])
