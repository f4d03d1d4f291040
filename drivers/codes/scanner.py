"""A code scanner on any serial device or pyserial URL.

It reports each code as it comes; whether the same code again is a second tap is for the kiosk to say. What
serial scanners get wrong is dealt with in `drivers.codes.splitting`; what the line gets wrong (a pulled plug
raises SerialException, OSError or termios.error, as it likes) in `drivers.supervision`.
"""

from __future__ import annotations

import contextlib
import termios
import threading
from typing import Any

import serial

from drivers import ports
from drivers.clock import MonotonicMs, monotonic_ms
from drivers.codes.gm65 import ACKNOWLEDGE, TRIGGER
from drivers.codes.splitting import NOISE, CodeSplitter, Piece
from drivers.contracts import CodeScan, Emit, ReadFailure, Trouble
from drivers.supervision import Health, Patience, Reason, Supervisor

BAUDRATE = 9600
LONGEST_CODE = 512  # bytes; twice the largest code that the kiosk issues
WRITE_LIMIT_S = 0.25
LISTEN_S = 0.25  # how long a quiet line is listened to at a time, and thus how late a stop or trigger is seen


class CodeScanner:
    """Report every code read by the scanner at `port`; a scanner that is absent is waited for.

    A `port` that can never name a scanner raises DeviceMisconfigured. `emit` is called from the scanner's own
    thread.
    """

    def __init__(
        self,
        port: str,
        emit: Emit,
        monotonic_ms: MonotonicMs = monotonic_ms,
        patience: Patience | None = None,
        longest_code: int = LONGEST_CODE,
    ) -> None:
        ports.check_port(port, ports.SCANNER)
        self._trigger = threading.Event()
        self._supervisor = Supervisor(
            "scanner",
            port,
            lambda: ScannerSession(
                port, emit, monotonic_ms, CodeSplitter(longest_code, ACKNOWLEDGE), self._trigger
            ),
            emit,
            patience=patience or Patience(),
            clock=monotonic_ms,
        )

    def start(self) -> None:
        self._supervisor.start()

    def stop(self) -> None:
        self._supervisor.stop()

    def trigger(self) -> None:
        """Make a GM65 in command mode look for a code once, within a quarter of a second."""
        self._trigger.set()

    def health(self) -> Health:
        """Return whether the scanner works, and when its thread was last seen alive."""
        return self._supervisor.health()


class ScannerSession:
    """One opening of the scanner. See `drivers.supervision.Session`."""

    at_rest = True
    condition = Reason.READY

    def __init__(
        self,
        port: str,
        emit: Emit,
        clock: MonotonicMs,
        splitter: CodeSplitter,
        trigger: threading.Event,
    ) -> None:
        self._port, self._emit, self._clock = port, emit, clock
        self._splitter, self._trigger = splitter, trigger
        self._serial: Any = None  # pyserial has no types

    def open(self) -> None:
        self._serial = ports.PORTS.open(
            self._port,
            lambda place: serial.serial_for_url(
                place, baudrate=BAUDRATE, timeout=LISTEN_S, write_timeout=WRITE_LIMIT_S
            ),
        )

    def step(self) -> float:
        """Wait for something, or for the end of what has begun."""
        if self._trigger.is_set():
            self._trigger.clear()
            self._serial.write(TRIGGER)
        data = self._serial.read(1)
        if data:
            data += self._serial.read(self._serial.in_waiting)
            self._report(self._splitter.feed(data))
        else:
            self._report(self._splitter.quiet())
        self._listen_for(self._splitter.quiet_ms / 1000 if self._splitter.is_waiting else LISTEN_S)
        return 0

    def close(self) -> None:
        if self._serial is not None:
            with contextlib.suppress(OSError, termios.error):
                self._serial.close()

    def abort(self) -> None:
        with contextlib.suppress(AttributeError, TypeError, OSError):
            self._serial.cancel_read()
            self._serial.cancel_write()

    def diagnose(self, fault: Exception) -> Reason:
        return ports.diagnose(fault, self._port, was_open=self._serial is not None)

    def _listen_for(self, seconds: float) -> None:
        if self._serial.timeout != seconds:
            self._serial.timeout = seconds

    def _report(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if piece is NOISE:
                self._emit(ReadFailure(Trouble.NOISE, None, self._clock()))
            else:
                self._emit(CodeScan(piece, self._clock()))
