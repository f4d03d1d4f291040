"""Relay boards: one coil for each relay, from coil 0 on.

| Board | Closed by writing to a coil | If the counter dies |
|---|---|---|
| timed, as Waveshare's Modbus RTU Relay | 0x0200 + n: on for so many 100 ms | the relay opens |
| plain | n: 0xFF00 | it stays closed, unless the board has a watchdog |

Both are read by function 1 and opened by writing 0 to the coil. Tried in simulation only: whether a board
counts its time anew when it is told again has to be seen on the board itself (`docs/installing.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.outlets.modbus.bus import ModbusBus

ON, OFF = 0xFF00, 0x0000
FLASH_ON = 0x0200
FLASH_UNIT_MS = 100


class Relays(Protocol):
    """A board, its relays numbered from 1. Everything raises `NoAnswer`."""

    @property
    def count(self) -> int: ...

    @property
    def opens_after_ms(self) -> int | None:
        """How long a relay stays closed that nobody closes again; None: for ever."""

    def look(self) -> list[bool]:
        """Which relays are closed, as the board says itself."""

    def close(self, number: int) -> None:
        """Let current flow; on a timed board, for `opens_after_ms` from now."""

    def open(self, number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class PlainRelays:
    bus: ModbusBus
    slave: int
    count: int
    opens_after_ms: None = None

    def look(self) -> list[bool]:
        return self.bus.coils(self.slave, 0, self.count)

    def close(self, number: int) -> None:
        self.bus.write_coil(self.slave, number - 1, ON)

    def open(self, number: int) -> None:
        self.bus.write_coil(self.slave, number - 1, OFF)


@dataclass(frozen=True, slots=True)
class TimedRelays:
    bus: ModbusBus
    slave: int
    count: int
    opens_after_ms: int

    def look(self) -> list[bool]:
        return self.bus.coils(self.slave, 0, self.count)

    def close(self, number: int) -> None:
        self.bus.write_coil(self.slave, FLASH_ON + number - 1, self.opens_after_ms // FLASH_UNIT_MS)

    def open(self, number: int) -> None:
        self.bus.write_coil(self.slave, number - 1, OFF)
