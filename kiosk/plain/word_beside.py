"""What a running kiosk says of itself to commands beside it: a file that it keeps locked while it runs.

So there is one list of troubles, the running kiosk's, and no connection is opened to ask for it. The file is
written when the list changes, a few times a day, and never waited for.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

FILE = "troubles.json"
MOST_BYTES = 64 * 1024


class WordBeside:
    """The kiosk's end. Where the file cannot be had, nothing is said."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._file: int | None = None
        self._said = b""

    def open(self) -> None:
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                raise
            self._file = descriptor

    def say(self, codes: Sequence[str]) -> None:
        """The codes of `kiosk.common.troubles`, the worst first."""
        line = msgspec.json.encode(list(codes)) + b"\n"
        if self._file is None or line == self._said:
            return
        with suppress(OSError):
            os.pwrite(self._file, line, 0)  # whoever reads meanwhile has a whole line, the old or the new
            os.ftruncate(self._file, len(line))
            self._said = line

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def troubles_beside(folder: Path) -> list[str] | None:
    """The codes, worst first; None where no kiosk runs on this folder."""
    try:
        descriptor = os.open(folder / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        line = os.read(descriptor, MOST_BYTES).partition(b"\n")[0]
        return msgspec.json.decode(line or b"[]", type=list[str])
    finally:
        os.close(descriptor)
    return None
