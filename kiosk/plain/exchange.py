"""Whether the sync process is at work: while it is, it touches its socket every few seconds.

That file lies in memory, so the touching wears no card out. Only that the time moves counts, and this is
measured by the clock that never jumps: the time itself is the wall clock's.
"""

from __future__ import annotations

from pathlib import Path

STOPPED_MS = 30_000  # without a touch; one is due every two seconds


class Exchange:
    """Looks at the socket. For one thread."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._mark: int | None = None
        self._moved_ms: int | None = None

    def stopped_since_ms(self, monotonic_ms: int, wall_ms: int) -> int | None:
        """Since when it does nothing, in the Unix time that is now `wall_ms`; None while it works."""
        mark = self._look()
        if mark != self._mark or self._moved_ms is None:
            self._mark, self._moved_ms = mark, monotonic_ms
        still_ms = monotonic_ms - self._moved_ms
        return wall_ms - still_ms if still_ms >= STOPPED_MS else None

    def _look(self) -> int:
        try:
            return self._socket.stat().st_mtime_ns
        except OSError:
            return 0
