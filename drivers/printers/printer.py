"""A receipt printer that speaks ESC/POS: on a serial line, on the network, or a USB printer of the kernel.

Slips wait here while it cannot print: without paper, with its cover open, unplugged. They are kept in memory
only. What becomes of a slip that was under way stands in `drivers.printers.session`.
"""

from __future__ import annotations

from drivers import ports
from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import Emit
from drivers.printers.jobs import Jobs
from drivers.printers.session import PrinterSession, Timing
from drivers.slip import Slip
from drivers.supervision import Patience, Supervisor

BAUDRATE = 9600
MOST_WAITING = 200  # slips: those of a whole lunch
STUCK_AFTER_MS = 15_000


class ReceiptPrinter:
    """Print on the printer at `port`; one that is absent is waited for. A `drivers.contracts.SlipPrinter`.

    A `port` that can never name a printer raises DeviceMisconfigured; `width` is in columns: 32 on paper of
    58 mm, 48 on 80 mm. Without `answers` it is never asked how it is, and what it took counts as printed.
    `emit` is called from the printer's own thread.
    """

    def __init__(
        self,
        port: str,
        emit: Emit,
        *,
        width: int,
        baudrate: int = BAUDRATE,
        answers: bool = True,
        most_waiting: int = MOST_WAITING,
        monotonic_ms: MonotonicMs = monotonic_ms,
        patience: Patience | None = None,
        timing: Timing | None = None,
    ) -> None:
        ports.check_port(port, ports.PRINTER)
        self._jobs = Jobs(most_waiting)
        self._supervisor = Supervisor(
            "printer",
            port,
            lambda: PrinterSession(
                port, baudrate, width, self._jobs, monotonic_ms, timing or Timing(), answers=answers
            ),
            emit,
            patience=patience or Patience(stuck_after_ms=STUCK_AFTER_MS),
            clock=monotonic_ms,
        )

    def start(self) -> None:
        self._supervisor.start()

    def stop(self) -> None:
        self._supervisor.stop()

    def print(self, slip: Slip) -> None:
        """Keep the slip until it can be printed, and return at once. Raises `drivers.errors.QueueFull`."""
        self._jobs.add(slip)
