"""Who is on duty at this counter. One at a time: a second badge or PIN is the quick switch between two.

Cards are answered whether somebody is on duty or not; what moves money without a card, and whatever shows
people, is for those who signed in. A site without staff in the catalogue has an open counter, but for what
needs a supervisor.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.people.staff import Role, SignInFirst, Staff, SupervisorNeeded, TooManyPins, WrongPin
from kiosk.store.files import write_whole

FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900
TRIES_FILE = "pin_tries.json"

_hasher = PasswordHasher()


class Duty:
    """Thread-safe. `staff` gives those who work here now."""

    def __init__(
        self,
        folder: Path,
        staff: Callable[[], list[Staff]],
        monotonic_s: Callable[[], float],
        lock_after_s: float,
    ) -> None:
        self._tries = _Tries(folder / TRIES_FILE, monotonic_s)
        self._staff, self._monotonic_s, self._lock_after_s = staff, monotonic_s, lock_after_s
        self._lock = threading.Lock()
        self._active: Staff | None = None
        self._touched_s = 0.0

    @property
    def operator(self) -> str:
        """Who answers for what is done now; empty if nobody does."""
        with self._lock:
            return self._active.id if self._active else ""

    @property
    def name(self) -> str:
        with self._lock:
            return self._active.name if self._active else ""

    def staff(self) -> list[Staff]:
        return self._staff()

    def look(self) -> None:
        """Sign out who has been idle too long, was dismissed, or whose PIN or roles were changed."""
        with self._lock:
            idle_s = self._monotonic_s() - self._touched_s
            if self._active and (idle_s > self._lock_after_s or self._active not in self._staff()):
                self._active = None

    def touch(self) -> None:
        """Somebody is there: a finger on the screen, or a card on the reader."""
        with self._lock:
            self._touched_s = self._monotonic_s()

    def permit(self, role: Role) -> None:
        """Raises `SignInFirst` or `SupervisorNeeded`."""
        with self._lock:
            if self._active is None and self._staff():
                raise SignInFirst
            if self._active is None and role is Role.SUPERVISOR:
                raise SupervisorNeeded
            if self._active is not None and not self._active.may(role):
                raise SupervisorNeeded

    def sign_in(self, staff_id: str, pin: str) -> None:
        """Raises `WrongPin` or `TooManyPins`."""
        found = next((each for each in self._staff() if each.id == staff_id), None)
        self._tries.check()
        try:
            _hasher.verify(found.pin_hash if found else "", pin)
        except (VerificationError, InvalidHashError):
            self._tries.failed()
            raise WrongPin from None
        self._tries.forget()
        self._begin(found)

    def badge(self, token: str) -> bool:
        """Whether the card is a badge of somebody who works here; then they are on duty."""
        found = next((each for each in self._staff() if token in each.badges), None)
        if found is not None:
            self._begin(found)
        return found is not None

    def lock(self) -> None:
        self._begin(None)

    def _begin(self, who: Staff | None) -> None:
        with self._lock:
            self._active, self._touched_s = who, self._monotonic_s()


class _Tries:
    """Wrong PINs at this counter, whoever's: kept in a file, so that pulling the plug buys no new ones."""

    def __init__(self, path: Path, monotonic_s: Callable[[], float]) -> None:
        self._path, self._monotonic_s = path, monotonic_s
        self._lock = threading.Lock()
        self._wrong = _read(path)
        self._free_at_s = monotonic_s() + _wait_s(self._wrong)

    def check(self) -> None:
        with self._lock:
            left_s = self._free_at_s - self._monotonic_s()
            if left_s > 0:
                raise TooManyPins(wait_s=int(left_s) + 1)

    def failed(self) -> None:
        with self._lock:
            self._note(self._wrong + 1)
            self._free_at_s = self._monotonic_s() + _wait_s(self._wrong)

    def forget(self) -> None:
        with self._lock:
            if self._wrong:
                self._note(0)

    def _note(self, wrong: int) -> None:
        self._wrong = wrong
        write_whole(self._path, json.dumps({"wrong": wrong}).encode())


def _wait_s(wrong: int) -> float:
    """Nothing for a slip of the finger; after that twice as long each time."""
    over = wrong - FREE_TRIES
    return min(FIRST_WAIT_S * 2.0 ** min(over, 10), LONGEST_WAIT_S) if over >= 0 else 0.0


def _read(path: Path) -> int:
    try:
        return int(json.loads(path.read_bytes())["wrong"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
