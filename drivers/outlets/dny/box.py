"""A DNY box as the counter sees it: a `drivers.outlets.contracts.OutletBox`."""

from __future__ import annotations

import queue
from collections.abc import Callable

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import DeviceState, Emit
from drivers.outlets.contracts import Counts, Limits
from drivers.outlets.dny.bodies import order_bytes
from drivers.outlets.dny.frames import Frame
from drivers.outlets.dny.protocol import AGAIN_MS, DnyProtocol
from drivers.outlets.dny.server import DnyServer
from drivers.outlets.dny.words import SOCKETS
from drivers.outlets.keeping import Keeping
from drivers.outlets.kept import KeptBox
from drivers.supervision import Health, Reason

LAST_S = 1.0  # for opening all relays at the end


class DnyBox(KeptBox):
    """The box with this physical id, which dials `server`; several may share one.

    `emit` is called from the server's thread, and by `switch_on` while the box is away. Of `Limits` the box
    keeps the longest time and the most power; told of an energy it would no longer stop at a full battery, so
    that is left to the counter.
    """

    counts = Counts.ORDERS

    def __init__(
        self,
        name: str,
        box_id: int,
        server: DnyServer,
        emit: Emit,
        unix_ms: Callable[[], int],
        *,
        clock: MonotonicMs = monotonic_ms,
    ) -> None:
        self.box_id, self.sockets = box_id, SOCKETS[box_id >> 24]
        super().__init__(name, Keeping(self.sockets, clock, server.wake, AGAIN_MS), emit)
        self._server, self._clock = server, clock
        self._protocol = DnyProtocol(name, box_id, self._keeping, emit, clock, unix_ms)
        self._acknowledged: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reason = Reason.ABSENT
        self._is_started = False
        server.boxes[box_id] = self

    # For the counter.

    def start(self) -> None:
        if not self._is_started:
            self._is_started = True
            self._emit(DeviceState(self.name, False, Reason.ABSENT, self._server.port))
            self._server.start()

    def stop(self) -> None:
        """Nobody watches any more: open every relay first, if the box is there."""
        if self._is_started:
            self._is_started = False
            if self._reason.works:
                self._keeping.all_off_within(LAST_S)
            self._server.stop()

    def health(self) -> Health:
        return Health(self._reason.works, self._reason, self._server.health().last_activity_ms)

    @property
    def ready(self) -> bool:
        return self._reason.works and self._keeping.all_seen

    def switch_on(self, number: int, order: str, limits: Limits) -> None:
        """Raises ValueError for an order that a box cannot keep."""
        order_bytes(order)
        super().switch_on(number, order, limits)

    def acknowledge(self, order: str) -> None:
        self._acknowledged.put(order)
        self._server.wake()

    # For the server's thread.

    def connected(self, send: Callable[[Frame], None]) -> None:
        self._protocol.connected(send)
        self._tell(Reason.READY)

    def lost(self, reason: Reason) -> None:
        self._protocol.lost()
        self._tell(reason)

    def heard(self, frame: Frame) -> None:
        self._protocol.heard(frame)

    def step(self) -> None:
        while not self._acknowledged.empty():
            self._protocol.acknowledge(self._acknowledged.get())
        self._protocol.step()

    @property
    def is_silent(self) -> bool:
        return self._protocol.is_silent

    def _tell(self, reason: Reason) -> None:
        if reason is not self._reason:
            self._reason = reason
            self._emit(DeviceState(self.name, reason.works, reason, self._server.port))
