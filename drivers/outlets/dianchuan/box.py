"""The 电川 board as the counter sees it: a `drivers.outlets.contracts.OutletBox`."""

from __future__ import annotations

from collections.abc import Callable

from drivers import ports
from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import Emit
from drivers.outlets.alarms import Alarms
from drivers.outlets.contracts import Counts
from drivers.outlets.dianchuan.exchanges import Line, Timing
from drivers.outlets.dianchuan.orders import Memory
from drivers.outlets.dianchuan.session import BoardSession
from drivers.outlets.keeping import Keeping
from drivers.outlets.kept import KeptBox
from drivers.supervision import Health, Patience, Supervisor

BAUDRATE = 9600
SOCKETS = 10
WRITE_LIMIT_S = 0.5
STUCK_AFTER_MS = 10_000
LAST_S = 1.0  # for opening all relays at the end


class DianchuanBox(KeptBox):
    """The board at `port`; one that is absent is waited for. Raises DeviceMisconfigured for a bad port.

    `emit` is called from the box's own thread, and by `switch_on` while the board is away. Of `Limits` the
    board keeps the longest time, in portions of minutes; what a socket may draw is set at the board for all.
    """

    counts = Counts.NOTHING

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        baudrate: int = BAUDRATE,
        sockets: int = SOCKETS,
        clock: MonotonicMs = monotonic_ms,
        patience: Patience | None = None,
        timing: Timing | None = None,
        connect: Callable[[str], Line] | None = None,
    ) -> None:
        ports.check_port(port, ports.OUTLET)
        super().__init__(name, Keeping(sockets, clock, self._wake), emit)
        self.sockets = sockets
        self._port, self._clock = port, clock
        self._timing, self._memory = timing or Timing(), Memory()
        self._open_line = connect or (lambda place: ports.SerialLine(place, baudrate, WRITE_LIMIT_S))
        self._session: BoardSession | None = None
        self._is_started = False
        self._alarms = Alarms(name, emit, clock)
        self._supervisor = Supervisor(
            name,
            port,
            self.new_session,
            emit,
            patience=patience or Patience(stuck_after_ms=STUCK_AFTER_MS),
            clock=clock,
        )

    def new_session(self) -> BoardSession:
        """For one opening of the line."""
        self._session = BoardSession(
            self.name,
            self._port,
            lambda: ports.PORTS.open(self._port, self._open_line),
            self._keeping,
            self._memory,
            self._emit,
            self._clock,
            self._timing,
            self._alarms,
        )
        return self._session

    def start(self) -> None:
        self._is_started = True
        self._supervisor.start()

    def stop(self) -> None:
        """Nobody watches any more: open every relay first, if the board answers."""
        if self._is_started and self._supervisor.health().ready:
            self._keeping.all_off_within(LAST_S)
        self._is_started = False
        self._supervisor.stop()

    def health(self) -> Health:
        return self._supervisor.health()

    @property
    def ready(self) -> bool:
        return self._supervisor.health().ready and self._keeping.all_seen

    def acknowledge(self, order: str) -> None:
        self._memory.acknowledged.put(order)
        self._wake()

    def _wake(self) -> None:
        if self._session is not None:
            self._session.wake()
