"""Checks PINs, one at a time: a hash takes 64 MiB, and a guess that is not counted is a guess for free."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.people.staff import TooManyPins, WrongPin
from kiosk.store.tries import Tries

LONGEST_WAIT_S = 900
TRIES_FILE = "pin_tries.json"

_hasher = PasswordHasher()


class Pins:
    """Counts wrong PINs at this counter, whoever's."""

    def __init__(self, folder: Path, monotonic_s: Callable[[], float]) -> None:
        self._tries = Tries(folder / TRIES_FILE, monotonic_s, longest_wait_s=LONGEST_WAIT_S)
        self._lock = threading.Lock()

    def check(self, pin_hash: str, pin: str) -> None:
        """Raises `WrongPin` or `TooManyPins`."""
        with self._lock:
            if left_s := self._tries.left_s():
                raise TooManyPins(wait_s=left_s)
            self._tries.begin()
            try:
                _hasher.verify(pin_hash, pin)
            except (VerificationError, InvalidHashError):
                self._tries.wrong()
                raise WrongPin from None
            self._tries.right()
