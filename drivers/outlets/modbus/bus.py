"""Ask the slaves of a Modbus line, by minimalmodbus.

The library refuses an answer with a wrong CRC, address, function, byte count or echo. What it leaves to its
user is done here: the line is heard out after an answer that failed, reads are asked for twice, and writes
never, for only who has looked may switch again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import minimalmodbus

from drivers.outlets.rs485 import NoAnswer, Rs485Line, read_again

READ_COILS, READ_INPUT, WRITE_COIL = 1, 4, 5


class ModbusBus:
    """The Modbus slaves on a line. For the line's owner thread alone; everything raises `NoAnswer`."""

    def __init__(self, line: Rs485Line) -> None:
        self._line = line

    def words(self, slave: int, first: int, count: int) -> list[int]:
        """Read `count` input registers of 16 bits."""

        def read() -> list[int]:
            with self._asking(slave) as asked:
                return list(asked.read_registers(first, count, READ_INPUT))

        return read_again(read)

    def coils(self, slave: int, first: int, count: int) -> list[bool]:
        def read() -> list[bool]:
            with self._asking(slave) as asked:
                return [bool(each) for each in asked.read_bits(first, count, READ_COILS)]

        return read_again(read)

    def write_coil(self, slave: int, coil: int, value: int) -> None:
        """Write once. `value` is 0xFF00, 0, or what the board takes beyond the standard."""
        told = coil.to_bytes(2, "big") + value.to_bytes(2, "big")
        with self._asking(slave) as asked:
            echo = asked._perform_command(WRITE_COIL, told)  # `write_bit` knows the standard's values alone
            if echo != told:
                raise minimalmodbus.InvalidResponseError(f"said {echo.hex()} to {told.hex()}")

    @contextmanager
    def _asking(self, slave: int) -> Iterator[Any]:
        try:
            yield minimalmodbus.Instrument(self._line.serial, slave)
        except minimalmodbus.ModbusException as fault:
            self._line.settle()
            raise NoAnswer(slave, str(fault)) from fault
