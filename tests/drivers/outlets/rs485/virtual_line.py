"""A serial port on a clock of its own: what takes a real line a week passes in seconds, always the same."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any

import minimalmodbus
import pytest
import serial

from drivers.outlets.rs485 import LineSettings, Rs485Line
from drivers.sim.outlets.rs485.wire import Said, Wire

PORT = "/dev/shed"


class VirtualClock:
    """Milliseconds that pass when somebody waits. It can stand in for the module `time` in minimalmodbus."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> int:
        return round(self.now_s * 1000)

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def in_virtual_time(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """A clock by which minimalmodbus, too, keeps the pauses between its frames."""
    clock = VirtualClock()
    monkeypatch.setattr(minimalmodbus, "time", clock)
    monkeypatch.setattr(minimalmodbus, "_latest_read_times", {})
    return clock


class VirtualPort:
    """What of `serial.Serial` is used. `mishap` may change what becomes of an answer on its way."""

    is_open, port = True, PORT

    def __init__(self, wire: Wire, clock: VirtualClock, baudrate: int, timeout: float) -> None:
        self.wire, self.baudrate, self.timeout = wire, baudrate, timeout
        self.mishap: Callable[[list[Said]], list[Said]] = lambda said: said
        self.sent: list[bytes] = []
        self.is_cut = False
        self._clock, self._order = clock, itertools.count()
        self._coming: list[tuple[float, int, bytes]] = []
        self._received = b""

    def open(self) -> None: ...

    def close(self) -> None:
        self.is_open = False

    def reset_output_buffer(self) -> None: ...

    def reset_input_buffer(self) -> None:
        self._arrive()
        self._received = b""

    def write(self, data: bytes) -> None:
        if self.is_cut:
            raise serial.SerialException("the line is cut")
        self.sent.append(data)
        self._clock.sleep(len(data) * 10 / self.baudrate)
        self.wire.fall_silent()
        self.wire.pass_time()
        for said in self.mishap(self.wire.hear(data)):
            due_s = self._clock.now_s + said.after_s + len(said.data) * 10 / self.baudrate
            heapq.heappush(self._coming, (due_s, next(self._order), said.data))

    def read(self, size: int) -> bytes:
        if self.is_cut:
            raise serial.SerialException("the line is cut")
        until_s = self._clock.now_s + self.timeout
        self._arrive()
        while len(self._received) < size and self._coming and self._coming[0][0] <= until_s:
            self._clock.now_s = max(self._clock.now_s, self._coming[0][0])
            self._arrive()
        if len(self._received) < size:
            self._clock.now_s = until_s
        read, self._received = self._received[:size], self._received[size:]
        return read

    def _arrive(self) -> None:
        while self._coming and self._coming[0][0] <= self._clock.now_s:
            self._received += heapq.heappop(self._coming)[2]


def virtual_line(
    wire: Wire, clock: VirtualClock, settings: LineSettings | None = None
) -> tuple[Rs485Line, VirtualPort]:
    """An open line and the port that it has opened."""
    ports: list[VirtualPort] = []

    def connect(_: str, baudrate: int, timeout: float, **__: Any) -> VirtualPort:
        ports.append(VirtualPort(wire, clock, baudrate, timeout))
        return ports[-1]

    line = Rs485Line(PORT, settings or LineSettings(), connect)
    line.open()
    return line, ports[0]
