"""What this kiosk says of itself to the office: version, room on the disk, clock, and what is wrong."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

from kiosk.common.clock import TimeSource
from kiosk.plain.word_beside import troubles_beside
from sync.wire import messages
from sync.wire.messages import KioskState

PROGRAM = "neighbourhood-card"
AGAIN_MS = 10 * 60 * 1000  # for clock and disk, which change all the time
NOT_RUNNING = "not_running"  # the counter's own process
MOST_TROUBLES, LONGEST_CODE = 20, 60


class StateTold:
    """Remembers what the office was told. A process that starts tells it once more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._troubles: tuple[str, ...] | None = None
        self._told_ms = 0
        self._saying: tuple[str, ...] = ()
        self._asked_ms = 0
        self._version = version(PROGRAM)

    def due(self, source: TimeSource) -> bytes:
        """What there is to tell now; empty if the office knows."""
        now_ms = source.monotonic_ms()
        self._saying = self._wrong()
        if self._saying == self._troubles and now_ms - self._told_ms < AGAIN_MS:
            return b""
        self._asked_ms = now_ms
        free_mb = shutil.disk_usage(self._folder).free // 1024 // 1024
        return messages.encode(KioskState(source.wall_ms(), self._version, free_mb, self._saying))

    def heard(self, state: bytes) -> None:
        """The office has answered a request that said this."""
        if state:
            self._troubles, self._told_ms = self._saying, self._asked_ms

    def _wrong(self) -> tuple[str, ...]:
        beside = troubles_beside(self._folder)
        if beside is None:
            return (NOT_RUNNING,)
        return tuple(each[:LONGEST_CODE] for each in beside[:MOST_TROUBLES])
