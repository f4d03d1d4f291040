"""Keep one device open for weeks: open, use, lose, reopen.

A USB device on a counter is unplugged by a broom, browns out, or stops in the middle of a call. Every driver
with a device of its own needs the same life around it, so it is written once:

* one owner thread opens the device and is the only one to use it;
* whatever goes wrong in there, the device is dropped and opened again after a growing pause, for ever;
* a second thread sees that the owner still moves, and cuts the device off from outside if it does not;
* the device is released before the thread ends, for some stay unusable past a reboot when they are not.

The kiosk hears of it in `DeviceState` events, one per change, with a `Reason` for a word.
"""

from __future__ import annotations

import logging
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import DeviceState, Emit

log = logging.getLogger(__name__)


class Reason(StrEnum):
    """Words of `DeviceState.reason`."""

    READY = "ready"
    NOT_CONFIGURED = "not_configured"  # an empty path: this kiosk has no such device
    ABSENT = "absent"  # nothing there to open
    FORBIDDEN = "forbidden"  # there, but this user may not open it
    OCCUPIED = "occupied"  # there, but another program keeps it to itself
    NO_SERVICE = "no_service"  # the system's service for such devices does not run
    NOT_INSTALLED = "not_installed"  # a library for such devices is missing
    SILENT = "silent"  # there, but it does not answer, or answers nonsense
    UNPLUGGED = "unplugged"  # was there, and the system took its device file away
    STUCK = "stuck"  # a call to it did not return
    NO_ANSWER = "no_answer"  # a printer that does not say how it is
    OUT_OF_PAPER = "out_of_paper"
    PAPER_LOW = "paper_low"  # prints, but the roll wants changing soon
    COVER_OPEN = "cover_open"
    FAULTY = "faulty"  # it says that it needs a hand: paper jammed, cutter blocked, too hot

    @property
    def works(self) -> bool:
        """Whether the device does what it is for."""
        return self in (Reason.READY, Reason.PAPER_LOW)


class Session(Protocol):
    """One opening of a device. All but `abort` is called by the owner thread alone."""

    def open(self) -> None:
        """Open the device, or raise whatever its library raises."""

    def step(self) -> float:
        """Do one short piece of work and return the seconds to rest before the next."""

    def close(self) -> None:
        """Release the device, whatever state it is in. Never raises."""

    def abort(self) -> None:
        """Make a call that hangs in another thread return. May be called at any time."""

    def diagnose(self, fault: Exception) -> Reason:
        """Say in a word why `open` or `step` failed."""

    @property
    def at_rest(self) -> bool:
        """Whether closing the device now would interrupt nobody."""

    @property
    def condition(self) -> Reason:
        """How the device is while it is open."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what.

    `renew_after_ms` closes and reopens a device that still works; None never does.
    """

    first_pause_ms: int = 200
    longest_pause_ms: int = 5_000
    stuck_after_ms: int = 5_000
    renew_after_ms: int | None = None

    def longer(self, pause_ms: int) -> int:
        return min(pause_ms * 2, self.longest_pause_ms)


@dataclass(frozen=True, slots=True)
class Health:
    """What a status screen or a service watchdog wants to know of a device."""

    ready: bool
    reason: Reason
    last_activity_ms: int  # monotonic; the owner thread was seen alive then


class Supervisor:
    """A `Device` around a `Session` factory."""

    def __init__(
        self,
        device: str,
        path: str,
        session: Callable[[], Session],
        emit: Emit,
        *,
        patience: Patience,
        clock: MonotonicMs = monotonic_ms,
    ) -> None:
        self._device, self._path, self._emit = device, path, emit
        self._new_session, self._patience, self._clock = session, patience, clock
        self._stopping = threading.Event()
        self._told = threading.Lock()
        self._reason: Reason | None = None
        self._session: Session | None = None
        self._beat_ms = clock()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        if not self._path:
            self._tell(Reason.NOT_CONFIGURED)
            return
        self._threads = [
            threading.Thread(target=self._own, name=f"{self._device}-owner", daemon=True),
            threading.Thread(target=self._watch, name=f"{self._device}-watchdog", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Release the device and join the threads; a call that hangs is cut off after a second.

        One that hangs even so is left behind: it cannot keep the process from ending.
        """
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=1.0)
            for _ in range(8):
                if thread.is_alive():
                    self._abort()
                    thread.join(timeout=0.1)
        self._threads = []

    def health(self) -> Health:
        reason = self._reason or Reason.ABSENT
        return Health(reason.works, reason, self._beat_ms)

    def _own(self) -> None:
        pause_ms = self._patience.first_pause_ms
        while not self._stopping.is_set():
            if self._use_until_it_fails():
                pause_ms = self._patience.first_pause_ms
            self._rest(pause_ms / 1000)
            pause_ms = self._patience.longer(pause_ms)

    def _use_until_it_fails(self) -> bool:
        """Return whether the device could be opened at all."""
        session, opened = self._new_session(), False
        self._session = session
        try:
            self._beat()
            session.open()
            opened = True
            self._tell(session.condition)
            self._work(session)
        except Exception as fault:  # nfcpy and pyserial raise nearly anything when a device goes away
            level = logging.DEBUG if isinstance(fault, (OSError, termios.error)) else logging.WARNING
            log.log(level, "%s on %s: %r", self._device, self._path, fault, exc_info=True)
            self._tell(session.diagnose(fault))
        finally:
            self._beat()
            session.close()
            self._session = None
        return opened

    def _work(self, session: Session) -> None:
        opened_ms, renew_ms = self._clock(), self._patience.renew_after_ms
        while not self._stopping.is_set():
            self._beat()
            rest_s = session.step()
            if self._reason is Reason.STUCK:
                return  # it came back after all; who knows in what state
            self._tell(session.condition)
            if renew_ms is not None and session.at_rest and self._clock() - opened_ms >= renew_ms:
                return
            if rest_s:
                self._rest(rest_s)

    def _watch(self) -> None:
        tick_s = min(1.0, self._patience.stuck_after_ms / 4000)
        while not self._stopping.wait(tick_s):
            if self._clock() - self._beat_ms >= self._patience.stuck_after_ms:
                self._tell(Reason.STUCK)
                self._abort()

    def _abort(self) -> None:
        session = self._session
        if session is not None:
            session.abort()

    def _rest(self, seconds: float) -> None:
        """Sleep, but wake at once to stop, and keep telling the watchdog that this is no hang."""
        self._beat(int(seconds * 1000))
        self._stopping.wait(seconds)

    def _beat(self, ahead_ms: int = 0) -> None:
        self._beat_ms = self._clock() + ahead_ms

    def _tell(self, reason: Reason) -> None:
        with self._told:
            if reason is self._reason:
                return
            self._reason = reason
        self._emit(DeviceState(self._device, reason.works, reason, self._path))
