"""A line of slaves on a pseudo terminal."""

from __future__ import annotations

import time
from pathlib import Path

from drivers.sim.faults import PRINTERS_OWN, READERS_OWN, Fault, NowAndThen
from drivers.sim.lines.on_a_line import OnALine
from drivers.sim.outlets.rs485.wire import SlaveFault, Wire

TICK_S = 0.05
SILENCE_S = 0.2  # after which a request that has only begun is forgotten


class Rs485Simulator(OnALine):
    """Serves a `Wire`, and misbehaves as a whole or slave by slave."""

    def __init__(self, link: Path, wire: Wire) -> None:
        super().__init__(link)
        self.wire = wire
        self._now_and_then = NowAndThen()
        self._pending: list[tuple[float, bytes]] = []
        self._heard_s = 0.0
        self._line.work_meanwhile(self._work)

    def fail(self, fault: Fault) -> None:
        """Begin to misbehave. Raises ValueError for what only others can do wrong."""
        if fault in (Fault.STUCK, *READERS_OWN, *PRINTERS_OWN):
            raise ValueError(f"a line of slaves cannot be {fault}")
        self.recover()
        self._fault = fault
        if fault is Fault.UNPLUGGED:
            self._line.unplug()

    def fail_slave(self, address: int | str, fault: SlaveFault | None) -> None:
        """Have one slave misbehave, or behave again. Raises ValueError for one that is not there."""
        self.wire.slave(address)
        if fault is None:
            self.wire.faults.pop(address, None)
        else:
            self.wire.faults[address] = fault

    def recover(self) -> None:
        """The line as a whole; and every slave."""
        fault, self._fault = self._fault, None
        self.wire.faults.clear()
        if fault is Fault.UNPLUGGED:
            self._line.plug()

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
