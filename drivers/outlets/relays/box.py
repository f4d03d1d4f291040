"""A relay board and meters as an `OutletBox` like any other."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import Emit
from drivers.outlets.contracts import Counts
from drivers.outlets.keeping import Keeping
from drivers.outlets.kept import KeptBox
from drivers.outlets.metering import Meter
from drivers.outlets.modbus.relays import Relays
from drivers.outlets.reasons import StopReason
from drivers.outlets.relays.session import Pace, RelaySession
from drivers.outlets.relays.sockets import Sockets
from drivers.outlets.rs485 import Rs485Line
from drivers.supervision import Health, Patience, Supervisor

STUCK_AFTER_MS = 10_000  # a board that does not answer holds up a step for a few seconds


class RelayBox(KeptBox):
    """One relay and one meter for each socket, numbered from 1 in the order of `meters`.

    `lines` are all lines that they hang on; one thread owns them. `emit` is called from that thread, and from
    `switch_on` where the answer is known at once.
    """

    counts = Counts.METERS

    def __init__(
        self,
        name: str,
        lines: Sequence[Rs485Line],
        relays: Relays,
        meters: Sequence[Meter],
        emit: Emit,
        *,
        clock: MonotonicMs = monotonic_ms,
        pace: Pace | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._wake = threading.Event()
        super().__init__(name, Keeping(len(meters), clock, self._wake.set), emit)
        self._sockets = Sockets(name, meters, self._keeping, emit, clock)
        self._supervisor = Supervisor(
            name,
            lines[0].port,
            lambda: RelaySession(
                lines, relays, meters, self._keeping, self._sockets, clock, self._rest, pace or Pace()
            ),
            emit,
            patience=patience or Patience(stuck_after_ms=STUCK_AFTER_MS),
            clock=clock,
        )

    @property
    def sockets(self) -> int:
        return len(self._keeping)

    @property
    def ready(self) -> bool:
        return self._supervisor.health().ready and self._sockets.all_seen

    def start(self) -> None:
        self._supervisor.start()

    def stop(self) -> None:
        """Open every relay and release the lines."""
        self._wake.set()
        self._supervisor.stop()

    def health(self) -> Health:
        return self._supervisor.health()

    def _why_not(self, number: int) -> StopReason | None:
        if not self._supervisor.health().ready:
            return StopReason.BOX_SILENT
        return StopReason.RELAY_WELDED if number in self._sockets.welded else None

    def acknowledge(self, order: str) -> None:
        self._sockets.acknowledge(order)

    def _rest(self, seconds: float) -> None:
        """Wait, but not while there is something to be switched."""
        self._wake.wait(seconds)
        self._wake.clear()
