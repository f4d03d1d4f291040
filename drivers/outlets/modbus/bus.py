"""Ask the slaves of a Modbus line, by minimalmodbus.

The library makes frames, and refuses an answer with a wrong CRC, address or function. What it leaves to its
user is done here: lengths and echoes are compared, the line is heard out after an answer that failed, and
nothing is asked a second time, for only who has looked may switch again.
"""

from __future__ import annotations

import struct

import minimalmodbus

from drivers.outlets.rs485 import NoAnswer, Rs485Line

READ_COILS, READ_INPUT, WRITE_COIL = 1, 4, 5


class ModbusBus:
    """The Modbus slaves on a line. For the line's owner thread alone; everything raises `NoAnswer`."""

    def __init__(self, line: Rs485Line) -> None:
        self._line = line

    def words(self, slave: int, first: int, count: int) -> list[int]:
        """Read `count` input registers of 16 bits."""
        data = self._read(slave, READ_INPUT, first, count, 2 * count)
        return list(struct.unpack(f">{count}H", data))

    def coils(self, slave: int, first: int, count: int) -> list[bool]:
        data = self._read(slave, READ_COILS, first, count, (count + 7) // 8)
        return [bool(data[at // 8] >> at % 8 & 1) for at in range(count)]

    def write_coil(self, slave: int, coil: int, value: int) -> None:
        """Write once. `value` is 0xFF00, 0, or what the board takes beyond the standard."""
        told = struct.pack(">HH", coil, value)
        echo = self._ask(slave, WRITE_COIL, told)
        if echo != told:
            raise self._unbelievable(slave, f"said {echo.hex()} to {told.hex()}")

    def _read(self, slave: int, function: int, first: int, count: int, size: int) -> bytes:
        said = self._ask(slave, function, struct.pack(">HH", first, count))
        if len(said) != size + 1 or said[0] != size:
            raise self._unbelievable(slave, f"said {said.hex()} and not {size} bytes")
        return said[1:]

    def _ask(self, slave: int, function: int, body: bytes) -> bytes:
        """Beneath the library's methods: they know only standard values of coils, and check each argument
        eighty times, which is too much for a hundred sockets.
        """
        try:
            asked = minimalmodbus.Instrument(self._line.serial, slave)
            return bytes(asked._perform_command(function, body))
        except minimalmodbus.ModbusException as fault:
            raise self._unbelievable(slave, str(fault)) from fault

    def _unbelievable(self, slave: int, why: str) -> NoAnswer:
        self._line.settle()
        return NoAnswer(slave, why)
