"""Meters on Modbus RTU.

| Meter | Function 4 | Step of the register |
|---|---|---|
| PZEM-004T v3, PZEM-014, PZEM-016 | from 0: V, A, W, Wh, Hz, power factor; low word first | 1 Wh |
| DDSU666 | float32: 0x2000 V, 0x2002 A, 0x2004 kW, 0x4000 kWh | 10 Wh |

A PZEM counts to 9999.99 kWh. A full one begins again at 0, which looks like a reset and is taken for one.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from drivers.outlets.metering import Reading, agreed
from drivers.outlets.modbus.bus import ModbusBus
from drivers.outlets.rs485 import NoAnswer

PZEM_WORDS, PZEM_POWER, PZEM_WH = 9, 3, 5
DDSU_VOLTAGE, DDSU_POWER_WORD, DDSU_KWH = 0x2000, 4, 0x4000


@dataclass(frozen=True, slots=True)
class Pzem004t:
    bus: ModbusBus
    slave: int
    step_wh: int = 1

    @property
    def name(self) -> str:
        return f"pzem-{self.slave}"

    def read(self) -> Reading:
        words = self.bus.words(self.slave, 0, PZEM_WORDS)
        again = self.bus.words(self.slave, PZEM_WH, 2)
        wh = agreed(self.name, _low_first(words[PZEM_WH:]), _low_first(again), self.step_wh)
        return Reading(_low_first(words[PZEM_POWER:]), wh)


@dataclass(frozen=True, slots=True)
class Ddsu666:
    bus: ModbusBus
    slave: int
    step_wh: int = 10

    @property
    def name(self) -> str:
        return f"ddsu666-{self.slave}"

    def read(self) -> Reading:
        first_wh = self._register_wh()
        words = self.bus.words(self.slave, DDSU_VOLTAGE, DDSU_POWER_WORD + 2)
        power_kw = abs(self._float(words[DDSU_POWER_WORD:]))  # current flows, whichever way it was wired
        return Reading(
            round(power_kw * 10_000), agreed(self.name, first_wh, self._register_wh(), self.step_wh)
        )

    def _register_wh(self) -> int:
        kwh = self._float(self.bus.words(self.slave, DDSU_KWH, 2))
        if kwh < 0:
            raise NoAnswer(self.slave, f"counts {kwh} kWh")
        return round(kwh * 1000)

    def _float(self, words: list[int]) -> float:
        (value,) = struct.unpack(">f", struct.pack(">2H", *words))
        if not math.isfinite(value):
            raise NoAnswer(self.slave, f"says {value}")
        return float(value)


def _low_first(words: list[int]) -> int:
    return words[1] << 16 | words[0]
