"""Paper as it comes out of a printer: its bytes read back into lines and codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.sim.printing.escpos import CODE, Command, commands_in

DOUBLE, CHINESE_DOUBLE = b"\x11", b"\x0c"
CENTRED = b"\x01"


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line."""

    text: str
    large: bool = False
    centred: bool = False

    @property
    def columns(self) -> int:
        """What it takes of the paper."""
        return len(self.text.encode("gb18030")) * (2 if self.large else 1)


@dataclass(frozen=True, slots=True)
class Square:
    """One printed QR code, `dots` to a module."""

    text: str
    dots: int


Printed = Row | Square


def read(slip: bytes) -> list[Printed]:
    """What stands on a slip. Raises ValueError for what no printer of ours would print as it was meant."""
    return list(_Reader().read(slip))


def lines(slip: bytes) -> list[str]:
    """The printed lines, without the blanks that only place them."""
    return [each.text.strip() for each in read(slip) if isinstance(each, Row)]


def squares(slip: bytes) -> list[str]:
    """What the QR codes say."""
    return [each.text for each in read(slip) if isinstance(each, Square)]


class _Reader:
    def __init__(self) -> None:
        self._row = b""
        self._chinese = self._centred = False
        self._size, self._chinese_size = b"\0", b"\0"
        self._stored, self._dots = "", 0

    def read(self, slip: bytes) -> Iterator[Printed]:
        for command, _ in commands_in(slip):
            yield from self._do(command)

    def _do(self, command: Command) -> Iterator[Printed]:
        match command:
            case Command(b"", text):
                self._row += text
            case Command(b"\n"):
                yield self._line()
                self._row = b""
            case Command(b"\x1b@"):
                self._size = self._chinese_size = b"\0"
            case Command(b"\x1c&") | Command(b"\x1c."):
                self._chinese = command.name == b"\x1c&"
            case Command(b"\x1d!", size):
                self._size = size
            case Command(b"\x1c!", size):
                self._chinese_size = size
            case Command(b"\x1ba", place):
                self._centred = place == CENTRED
            case Command(name, arguments) if name == CODE:
                yield from self._code(arguments)

    def _line(self) -> Row:
        large = self._size == DOUBLE
        if large is not (self._chinese_size == CHINESE_DOUBLE):
            raise ValueError("Chinese letters and others are of different sizes")
        text = self._row.decode("gb18030" if self._chinese else "ascii")
        return Row(text, large, self._centred)

    def _code(self, arguments: bytes) -> Iterator[Square]:
        """By what follows the 49 that means QR: C sets the size, P stores the text, Q prints it."""
        match arguments[1:2]:
            case b"C":
                self._dots = arguments[2]
            case b"P":
                self._stored = arguments[3:].decode()
            case b"Q":
                yield Square(self._stored, self._dots)
