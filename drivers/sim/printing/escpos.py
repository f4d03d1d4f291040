"""ESC/POS taken apart again: what a printer does with the bytes it is sent, as far as our slips need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LINE_FEED = 0x0A
# Length in bytes of the commands that take one: after the escape character and the letter.
_ARGUMENTS = {
    b"\x1b@": 0,
    b"\x1ba": 1,
    b"\x1bd": 1,
    b"\x1b!": 1,
    b"\x1d!": 1,
    b"\x1dr": 1,
    b"\x1dV": 1,
    b"\x1c&": 0,
    b"\x1c.": 0,
    b"\x1c!": 1,
}
CODE = b"\x1d("  # followed by `k`, the length, and so many bytes


@dataclass(frozen=True, slots=True)
class Command:
    """One command with its arguments, or with no name a piece of text without line feed."""

    name: bytes
    arguments: bytes = b""


FEED = Command(b"\n")


class Unfinished(Exception):
    """The rest of the command has not arrived yet."""


def commands_in(data: bytes) -> Iterator[tuple[Command, int]]:
    """Each whole command, and where the next one begins. Raises ValueError at one that is not known."""
    at = 0
    while at < len(data):
        try:
            command, at = _next(data, at)
        except Unfinished:
            return
        yield command, at


def _next(data: bytes, at: int) -> tuple[Command, int]:
    first = data[at]
    if first == LINE_FEED:
        return FEED, at + 1
    if first not in b"\x1b\x1c\x1d":
        end = next((i for i in range(at, len(data)) if data[i] in b"\n\x1b\x1c\x1d"), len(data))
        return Command(b"", data[at:end]), end
    name = data[at : at + 2]
    if len(name) < 2:
        raise Unfinished
    if name == CODE:
        return _code(data, at)
    if name not in _ARGUMENTS:
        raise ValueError(f"a command that this printer does not know: {name.hex(' ')}")
    length = _ARGUMENTS[name]
    if name == b"\x1dV" and data[at + 2 : at + 3] in (b"\x41", b"\x42"):
        length += 1
    return _with_arguments(data, name, at + 2, length)


def _code(data: bytes, at: int) -> tuple[Command, int]:
    if len(data) < at + 5:
        raise Unfinished
    length = int.from_bytes(data[at + 3 : at + 5], "little")
    return _with_arguments(data, CODE, at + 5, length)


def _with_arguments(data: bytes, name: bytes, begin: int, length: int) -> tuple[Command, int]:
    end = begin + length
    if len(data) < end:
        raise Unfinished
    return Command(name, data[begin:end]), end
