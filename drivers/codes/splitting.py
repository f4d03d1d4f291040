"""Cut what a scanner sends into codes.

A scanner is set to end a code with CR, LF, both, a tab, ETX or nothing, and people swap scanners without
changing any setting. So each of them ends a code, an empty code is no code (that takes care of both), and a
line that goes quiet ends one as well. Some scanners pause in the middle: one that has been heard to end its
codes is waited for longer. What else it adds is taken off in `cleaning`. A loose plug or a wrong speed makes
noise, which may hold line endings: once there is noise, all is noise until the line has been quiet.
"""

from __future__ import annotations

import re
from enum import Enum

from drivers.codes.cleaning import clean

QUIET_MS, QUIET_BUT_UNENDED_MS = 250, 500
_ENDING = re.compile(rb"[\r\n\t\x03]")


class Noise(Enum):
    """What was no code, however long it went on."""

    NOISE = "noise"


NOISE = Noise.NOISE
Piece = str | Noise


class CodeSplitter:
    """Feed it bytes as they come, and tell it when the line has been quiet for a moment."""

    def __init__(self, longest: int, ignored: bytes = b"") -> None:
        """`longest` is in bytes. `ignored` is what the scanner says that is no code, such as a receipt."""
        self._longest, self._ignored = longest, ignored
        self._pending = bytearray()
        self._noisy = self._ends_codes = False

    @property
    def quiet_ms(self) -> int:
        """How long the line is to be silent until what has begun is all there is."""
        return QUIET_BUT_UNENDED_MS if self._ends_codes and not self._noisy else QUIET_MS

    @property
    def is_waiting(self) -> bool:
        """Whether something has begun that only a quiet moment may end."""
        return self._noisy or bool(self._pending)

    def feed(self, data: bytes) -> list[Piece]:
        """Return the codes that are now complete."""
        if self._noisy:
            return []
        received = bytes(self._pending) + data
        if self._ignored:
            received = received.replace(self._ignored, b"")
        *lines, rest = _ENDING.split(received)
        pieces: list[Piece] = []
        for line in lines:
            code = self._decode(line)
            if code is None:
                self._drown()
                return pieces
            if code:
                pieces.append(code)
                self._ends_codes = True
        self._pending = bytearray(rest)
        if len(rest) > self._longest:
            self._drown()
        return pieces

    def quiet(self) -> list[Piece]:
        """The line has been quiet: what is pending is all there is."""
        pending, noisy = bytes(self._pending), self._noisy
        self._pending.clear()
        self._noisy = False
        if noisy:
            return [NOISE]
        code = self._decode(pending)
        return [NOISE] if code is None else [code] if code else []

    def _drown(self) -> None:
        self._pending.clear()
        self._noisy = True

    def _decode(self, line: bytes) -> str | None:
        """Return the code in one line, empty if there is none; None if it is no text."""
        if len(line) > self._longest:
            return None
        try:
            text = clean(line.decode())
        except UnicodeDecodeError:
            return None
        return text if text.isprintable() else None
